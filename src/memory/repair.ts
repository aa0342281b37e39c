/** What the allocator's lists are when a thread died in its guard: derived anew from the headers of the blocks. */
import { cover, words } from "./arena.ts";
import {
  BLOCK_HEADER,
  beginsSpan,
  CLASSES,
  FIRST_PAGE,
  H_FREE,
  H_FREE_PAGES,
  H_NEXT_PAGE,
  H_PAGES,
  H_USED,
  KIND_MASK,
  Kind,
  PAGE_FREE,
  PAGE_INNER,
  PAGE_WORDS,
  spanLength,
} from "./layout.ts";

/** Derives the free lists and counts from the block headers. The caller stands in for a dead holder of the guard. */
export function repairAllocator(): void {
  const next = words[H_NEXT_PAGE];
  cover(next * PAGE_WORDS - 1);
  let freePages = 0;
  let used = 0;
  for (let c = 0; c < CLASSES.length; c++) words[H_FREE + c] = 0;
  for (let page = FIRST_PAGE; page < next; page++) {
    const tag = words[H_PAGES + page];
    if (beginsSpan(tag)) {
      const pages = spanLength(tag);
      const dead = (words[page * PAGE_WORDS] & KIND_MASK) === Kind.Free;
      for (let i = 0; i < pages; i++) {
        if (dead) words[H_PAGES + page + i] = PAGE_FREE;
        else if (i > 0) words[H_PAGES + page + i] = PAGE_INNER;
      }
      if (dead) freePages += pages;
      else used += pages * PAGE_WORDS * 4;
      page += pages - 1;
    } else if (tag === PAGE_INNER || tag === PAGE_FREE) {
      words[H_PAGES + page] = PAGE_FREE;
      freePages++;
    } else {
      const size = CLASSES[tag - 1];
      for (let at = page * PAGE_WORDS + BLOCK_HEADER, end = (page + 1) * PAGE_WORDS; at < end; at += size) {
        if ((words[at - 2] & KIND_MASK) === Kind.Free) {
          words[at] = words[H_FREE + tag - 1];
          words[H_FREE + tag - 1] = at;
        } else used += size * 4;
      }
    }
  }
  words[H_FREE_PAGES] = freePages;
  words[H_USED] = used;
}
