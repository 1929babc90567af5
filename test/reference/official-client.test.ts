import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer, tokenOf, UIDS } from './support.js';

describe('the official client', () => {
  it('binds, reads, writes, uploads and downloads over HTTPS that it trusts', { timeout: 60_000 }, async () => {
    const server = await testServer();
    const certificateFile = join(await temporaryFolder(), 'certificate.pem');
    await writeFile(certificateFile, server.certificate);
    const { host, port, serverPublicKey, serverPublicKeyId } = server;
    // In a process of its own: its keys are in a variable of its module.
    const child = spawn(process.execPath, [fileURLToPath(new URL('./official-client.mjs', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile },
    });
    child.stdin.end(
      JSON.stringify({
        token: tokenOf(server, 'First', 'one'),
        hostName: `${host}:${port}`,
        serverPublicKey,
        serverPublicKeyId: String(serverPublicKeyId),
        folderUid: UIDS.folder,
        recordUid: UIDS.inFolder,
      }),
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({
      application: { title: 'First', type: 'app' },
      titles: ['Direct', 'Fixed', 'In folder', 'In inner', 'Own'],
      folders: ['Inner', 'Looking only', 'Shared'],
      file: 'plaintext-of-a-file',
      thumbnail: 'plaintext-of-a-thumbnail',
      pending: 'In folder',
      finalized: 'Rotated',
      uploaded: ['notes.txt', 'large.bin'],
      same: true,
      created: { title: 'Created', folder: UIDS.folder },
      deleted: ['ok', 'not_found'],
      folderDeleted: ['ok'],
    });
  });
});
