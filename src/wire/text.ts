/** How much of a server's words a result carries, in characters. */
const MAXIMUM_LENGTH = 1000;

/**
 * A server's words, fit for a person to see: cut to 1,000 characters, and without what a terminal or a log would act on.
 */
export const printable = (words: string): string =>
  words.slice(0, MAXIMUM_LENGTH).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
