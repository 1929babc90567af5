import { renderUnicodeCompact } from 'uqr';

/**
 * A QR code for a terminal, two modules to a character, with the quiet zone of four modules that readers want
 * (ISO/IEC 18004).
 *
 * @param options.color whether the terminal understands colors: black on white then, whatever its own colors are;
 *   without them it is right on a dark background alone
 */
export function terminalQr(text: string, options: { readonly color?: boolean } = {}): string {
  const lines = renderUnicodeCompact(text, { border: 4, ecc: 'L' }).split('\n');
  return options.color === true ? lines.map((line) => `\u001b[97;40m${line}\u001b[0m`).join('\n') : lines.join('\n');
}
