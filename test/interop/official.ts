import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as SecretsManager from '@keeper-security/secrets-manager-core';
import type { RunningServer } from '../../reference/src/index.js';

/** The official Secrets Manager client for JavaScript. */
export type Sdk = typeof SecretsManager;

const require = createRequire(import.meta.url);
const SDK_PATH = require.resolve('@keeper-security/secrets-manager-core');

/** A copy of its own: the client keeps keys at module level, and two in one process would share them. */
function load(path: string, server: RunningServer): Sdk {
  Reflect.deleteProperty(require.cache, path);
  const sdk = require(path) as Sdk;
  // All of its requests go through this agent, uploads and downloads too: it trusts the server's certificate alone.
  sdk.setCustomProxyAgent(new Agent({ ca: server.certificate }));
  return sdk;
}

/** The client as it is published. */
export function officialSdk(server: RunningServer): Sdk {
  return load(SDK_PATH, server);
}

/** The client with the server's keys of ids 7 to 18 in place of the published ones: the code is the same. */
export async function officialSdkWithKeysOf(server: RunningServer): Promise<Sdk> {
  const ids = Array.from({ length: 12 }, (_, index) => index + 7);
  const keys = await server.serverPublicKeys(ids);
  let index = 0;
  const code = readFileSync(SDK_PATH, 'utf8').replace(/'B[\w-]{86}'/g, (published) => {
    const key = keys[index++];
    return key ? `'${Buffer.from(key.publicKey).toString('base64url')}'` : published;
  });
  if (index !== ids.length) throw new Error(`expected ${ids.length} keys in the client, found ${index}`);
  const path = join(mkdtempSync(join(tmpdir(), 'vaultwire-sdk-')), 'index.cjs');
  writeFileSync(path, code);
  return load(path, server);
}

/** The options that point the client at the server. */
export function sdkOptions(server: RunningServer, storage: ReturnType<Sdk['inMemoryStorage']>) {
  return {
    storage,
    serverPublicKey: server.serverPublicKey,
    serverPublicKeyId: String(server.serverPublicKeyId),
  };
}
