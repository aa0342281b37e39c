import { ThreadPoolExecutor } from "threadkit";

export const pool = new ThreadPoolExecutor(1);
