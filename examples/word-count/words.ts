/** Counting the words of a text. A word is a run of Unicode letters, in lower case. */

export type Counts = Map<string, number>;

/** Adds the words of `text`, which is UTF-8, to `counts`. */
export function countWords(text: Buffer, counts: Counts): void {
  // Lower case comes after the match: it can turn one letter into a letter and an accent, which would end the word.
  for (const [match] of text.toString().matchAll(/\p{L}+/gu)) {
    const word = match.toLowerCase();
    const count = counts.get(word);
    // A match may keep the whole text that it was cut from in memory, so a word that is kept is copied.
    if (count === undefined) counts.set(Buffer.from(word).toString(), 1);
    else counts.set(word, count + 1);
  }
}
