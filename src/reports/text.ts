/** Text of others (a model's name, a reason) without control characters: none may move a terminal's cursor or break a line. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\uFFFD');
}

/** Text for one cell of a Markdown table. */
export function markdownCell(text: string): string {
  return printable(text).replaceAll('|', '\\|');
}
