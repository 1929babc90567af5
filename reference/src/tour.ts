import { styleText } from 'node:util';
import type { Command } from 'commander';
import { memoryConfigurationStore, openDevice, type Device } from 'vaultwire/keychain';
import { customServerKey, type ServerKeys } from 'vaultwire/transmission';
import type { SeenRequest } from './backend/device-service.js';
import { describeRequest } from './backend/inspect.js';
import type { SeedInput } from './seed.js';
import { startServer, type RunningServer } from './server.js';
import { trustingFetch } from './trusting-fetch.js';

const RECORD_UID = 'dG91ci1yZWNvcmQtMDAwMA';
const SEED: SeedInput = {
  applications: [
    {
      title: 'Tour',
      clients: [{ name: 'the official client' }, { name: 'vaultwire' }],
      folders: [
        {
          name: 'Databases',
          records: [
            {
              title: 'Orders database',
              type: 'login',
              uid: RECORD_UID,
              fields: [
                { type: 'login', value: 'orders_app' },
                { type: 'password', value: 'first-password' },
              ],
            },
          ],
        },
      ],
    },
  ],
};

/** Registers `vaultwire tour`. */
export function registerTour(program: Command): void {
  program
    .command('tour')
    .description('a server, two clients and three attacks, step by step, with what each side can see')
    .action(async () => {
      const tour = new Tour();
      try {
        await tour.run();
      } finally {
        await tour.close();
      }
    });
}

/** One run of the tour. Any step that does not go as told throws. */
class Tour {
  readonly #seen: SeenRequest[] = [];
  /** The last device request that went over the wire, as a listener on the wire has it. */
  #captured: { readonly url: string; readonly init: RequestInit } | undefined;
  #server: RunningServer | undefined;
  #step = 0;

  async run(): Promise<void> {
    this.#heading('The owner of a vault shares an application with two clients');
    const server = await startServer({
      seed: SEED,
      onSeen: (seen) => {
        this.#seen.push(seen);
      },
    });
    this.#server = server;
    this.#say(`a backend answers at ${server.url}, under its own server key ${server.serverPublicKeyId}`);
    this.#say('it holds ciphertext and public keys; each client gets a one-time token by another way');

    await this.#officialClient(server);
    const { device, token } = await this.#ownClient(server);
    await this.#attacks(server, device, token);
    console.log(`\n${styleText('green', 'Everything went as told.')} To try it yourself: vaultwire serve --help`);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #officialClient(server: RunningServer): Promise<void> {
    const sdk = await import('@keeper-security/secrets-manager-core');
    const storage = sdk.inMemoryStorage({});
    const options = {
      storage,
      serverPublicKey: server.serverPublicKey,
      serverPublicKeyId: String(server.serverPublicKeyId),
      // The server's certificate is self-signed, and this client takes no other way to trust it.
      allowUnverifiedCertificate: true,
    };
    const password = async (): Promise<string> => {
      const { records } = await sdk.getSecrets(options);
      const data = this.#expect(records[0]?.data as RecordData | undefined, 'the official client to read the record');
      return passwordOf(data);
    };

    this.#heading('The official client spends its token');
    await sdk.initializeStorage(storage, this.#token(server, 0), `${server.host}:${server.port}`);
    this.#same(await password(), 'first-password', 'the official client to read the password');
    this.#tell('it read the password of "Orders database": first-password');

    this.#heading('It rotates the password: pending first, then final');
    const [record] = (await sdk.getSecrets(options)).records;
    if (!record) throw new Error('expected the official client to read the record');
    setPassword(record.data as RecordData, 'second-password');
    await sdk.updateSecret(options, record, sdk.UpdateTransactionType.Rotation);
    this.#same(await password(), 'first-password', 'the rotation to be pending');
    this.#say('the update is pending: everybody still reads first-password');
    await sdk.completeTransaction(options, RECORD_UID);
    this.#same(await password(), 'second-password', 'the rotation to be final');
    this.#tell('the update is final: second-password');
  }

  async #ownClient(server: RunningServer): Promise<{ readonly device: Device; readonly token: string }> {
    this.#heading('Our own client does the same');
    const token = this.#token(server, 1);
    const device = await openDevice({
      store: memoryConfigurationStore(),
      token,
      host: `${server.host}:${server.port}`,
      serverKeys: pinned(server),
      fetch: this.#listeningFetch(server),
    });
    this.#say(`bound, to the application owner with the fingerprint ${await device.ownerFingerprint()}`);
    const record = await this.#record(device);
    this.#same(passwordOf(record.data), 'second-password', 'our client to read what the official one wrote');
    this.#tell('it read the password: second-password');

    const data = structuredClone(record.data) as unknown as RecordData;
    setPassword(data, 'third-password');
    await device.updateRecord(record, { ...data }, { transaction: 'rotation' });
    this.#same(passwordOf((await this.#record(device)).data), 'second-password', 'the rotation to be pending');
    await device.finalizeUpdate(RECORD_UID);
    this.#same(passwordOf((await this.#record(device)).data), 'third-password', 'the rotation to be final');
    this.#tell('it rotated it in two steps: third-password');
    return { device, token };
  }

  async #attacks(server: RunningServer, device: Device, token: string): Promise<void> {
    const send = this.#listeningFetch(server);
    const { url, init } = this.#expect(this.#captured, 'a captured request');
    const refused = async (attack: Promise<Response>, resultCode: string): Promise<void> => {
      const response = await attack;
      const body = (await response.json()) as { readonly result_code?: string; readonly message?: string };
      this.#same(`${response.status} ${body.result_code ?? ''}`, resultCode, 'the attack to be refused');
      this.#say(`refused: ${response.status} ${body.result_code ?? ''}: ${body.message ?? ''}`);
    };

    this.#heading('Attack: the same request once more, byte for byte');
    await refused(send(url, init), '403 request_replayed');

    this.#heading('Attack: one bit of a request flipped');
    const headers = new Headers(init.headers);
    const signature = Buffer.from(headers.get('Authorization')?.replace('Signature ', '') ?? '', 'base64');
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    headers.set('Authorization', `Signature ${signature.toString('base64')}`);
    await refused(send(url, { ...init, headers }), '403 signature_invalid');
    const payload = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
    payload[20] = (payload[20] ?? 0) ^ 1;
    await refused(send(url, { ...init, body: payload }), '400 open_failed');

    this.#heading('Attack: a thief spends the token that our client has spent');
    const thief = openDevice({
      store: memoryConfigurationStore(),
      token,
      host: `${server.host}:${server.port}`,
      serverKeys: pinned(server),
      fetch: send,
    });
    const outcome = await thief.then(
      () => 'bound',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (!outcome.startsWith('token_used')) throw new Error(`expected the thief to be refused, found: ${outcome}`);
    this.#say(`refused: ${outcome}`);
    await this.#record(device);
    this.#say('our client still reads its record');
  }

  async #record(device: Device) {
    const { records, failed } = await device.getSecrets({ require: [RECORD_UID] });
    this.#same(failed.length, 0, 'everything to open');
    return this.#expect(records[0], 'the record');
  }

  /** fetch, with somebody listening on the wire. */
  #listeningFetch(server: RunningServer): typeof fetch {
    const send = trustingFetch(server.certificate);
    return (input, init = {}) => {
      this.#captured = { url: input instanceof Request ? input.url : input.toString(), init };
      return send(input, init);
    };
  }

  #token(server: RunningServer, index: number): string {
    return this.#expect(server.tokens[index], 'a one-time token').token;
  }

  #heading(text: string): void {
    this.#step++;
    console.log(`\n${styleText('bold', `${this.#step}. ${text}`)}`);
  }

  #say(text: string): void {
    console.log(`   ${text}`);
  }

  /** Says what a client did, then what the server saw of it. */
  #tell(text: string): void {
    this.#say(text);
    for (const seen of this.#seen.splice(0)) {
      for (const line of describeRequest(seen).split('\n')) {
        console.log(styleText('dim', `     server | ${line}`));
      }
    }
  }

  #same(found: unknown, expected: unknown, what: string): void {
    if (found !== expected) throw new Error(`expected ${what}: ${String(expected)}, found ${String(found)}`);
  }

  #expect<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw new Error(`expected ${what}`);
    return value;
  }
}

const pinned = (server: RunningServer): ServerKeys =>
  customServerKey({
    id: server.serverPublicKeyId,
    publicKey: new Uint8Array(Buffer.from(server.serverPublicKey, 'base64url')),
  });

interface RecordData {
  readonly fields: { readonly type: string; value: string[] }[];
}

function passwordOf(data: object): string {
  return (data as RecordData).fields.find(({ type }) => type === 'password')?.value[0] ?? '';
}

function setPassword(data: RecordData, password: string): void {
  const field = data.fields.find(({ type }) => type === 'password');
  if (field) field.value = [password];
}
