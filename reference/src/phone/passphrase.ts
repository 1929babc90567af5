import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { VaultwireError } from 'vaultwire';

/**
 * The phone's passphrase: the first line of a file, or what is typed at the terminal, which does not show it.
 *
 * @param options.repeat ask twice, for a new one
 * @throws VaultwireError `argument-invalid` without a file and a terminal, or for two different ones
 */
export async function readPassphrase(options: { readonly file?: string; readonly repeat?: boolean }): Promise<string> {
  const { file, repeat = false } = options;
  if (file !== undefined) return (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  if (!process.stdin.isTTY) {
    throw new VaultwireError('argument-invalid', 'passphrase: expected --passphrase-file, as there is no terminal');
  }
  const passphrase = await askSilently('Passphrase: ');
  if (repeat && (await askSilently('The same again: ')) !== passphrase) {
    throw new VaultwireError('argument-invalid', 'passphrase: expected the same twice');
  }
  return passphrase;
}

async function askSilently(prompt: string): Promise<string> {
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now does the terminal keep to itself what is typed.
  process.stderr.write(prompt);
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await new Promise<string>((resolve) => {
      terminal.question('', resolve);
      terminal.once('close', () => {
        resolve('');
      });
    });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
