/** How much of a server's words a result carries, in characters. */
const MAXIMUM_LENGTH = 1000;

/**
 * A server's words, fit for a person to see: cut to 1,000 characters, and without what a terminal or a log would act on.
 */
export const printable = (words: string): string =>
  words.slice(0, MAXIMUM_LENGTH).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

/**
 * Words that a person decides by, fit to be shown on one line: runs of spaces, of what a terminal would act on and of
 * what cannot be seen are one space each, so that nothing can be pushed out of sight or to where another line would
 * begin. More than 1,000 characters are cut, and the end says how many are missing.
 */
export function legible(words: string): string {
  const line = words.replace(/[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]+/gu, ' ').trim();
  const shown = Array.from(line);
  if (shown.length <= MAXIMUM_LENGTH) return line;
  const missing = (shown.length - MAXIMUM_LENGTH).toLocaleString('en-US');
  return `${shown.slice(0, MAXIMUM_LENGTH).join('')}… (${missing} characters more)`;
}
