/** In the place of files that are for processes only. */
export {};
