import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nobleBox } from 'vaultwire/pairing';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../src/wire/bytes.js';
import { EDGE_SIZES, pattern } from '../crypto/box-contract.js';

/** Go's nacl/box opens what we sealed and seals what we open. The program is in the folder beside. */
const program = fileURLToPath(new URL('nacl-box', import.meta.url));

/** The program, built; undefined without Go, or where Go cannot get the one module that the program needs. */
async function goProgram(): Promise<{ readonly path: string; readonly remove: () => void } | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'vaultwire-nacl-box-'));
  const path = join(folder, 'nacl-box');
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await promisify(execFile)('go', ['build', '-o', path, '.'], { cwd: program, timeout: COLD_BUILD });
    return { path, remove };
  } catch {
    remove();
    return undefined;
  }
}

/** How long Go may take where it has built nothing before, in milliseconds. */
const COLD_BUILD = 150_000;

describe("boxes and Go's nacl/box", () => {
  it('open each other', { timeout: COLD_BUILD + 30_000 }, async ({ skip }) => {
    const go = await goProgram();
    if (!go) {
      skip("Skipped Go's nacl/box: no Go, or no golang.org/x/crypto for it.");
      return;
    }
    const ours = nobleBox.generateKey();
    const theirs = nobleBox.generateKey({ extractable: true });
    const box = ours.shared(theirs.publicKey);
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const plaintexts = [...EDGE_SIZES, 1, 2, 3, 100, 4095, 65_537].map(pattern);
    const tasks = plaintexts.map((plaintext) => ({
      Public: base64(ours.publicKey),
      Private: base64(theirs.exportSecretBytes!()),
      Own: base64(theirs.publicKey),
      Box: base64(box.seal(plaintext)),
      Sealed: base64(nobleBox.sealTo(theirs.publicKey, plaintext)),
      Plaintext: base64(plaintext),
    }));
    const output = execFileSync(go.path, { input: JSON.stringify(tasks), maxBuffer: 1 << 26 });
    go.remove();
    const results = JSON.parse(output.toString()) as Record<'OpenedBox' | 'OpenedSealed' | 'Box' | 'Sealed', string>[];
    expect(results).toHaveLength(plaintexts.length);
    for (const [index, result] of results.entries()) {
      const bytes = (name: keyof typeof result): Uint8Array => Buffer.from(result[name], 'base64');
      const opened = [
        bytes('OpenedBox'),
        bytes('OpenedSealed'),
        box.open(bytes('Box')),
        ours.openSealed(bytes('Sealed')),
      ];
      expect(opened.map((one) => equalBytes(one, plaintexts[index]!))).toEqual([true, true, true, true]);
    }
  });
});
