import { SharedList } from "threadkit";

export const lines = new SharedList<string>();

const MARK = "!";
export function shout(text: string): string {
  return `${text.toUpperCase()}${MARK}`;
}
