import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  array,
  base64,
  literal,
  number,
  object,
  optional,
  parse,
  pipe,
  strictObject,
  string,
  transform,
} from 'valibot';
import { VaultwireError } from 'vaultwire';
import { defaultSuite, type AesKey } from 'vaultwire/crypto';
import type { PairingStore, UserAtHost } from 'vaultwire/pairing';
import type { HostPin, PhoneKeys } from 'vaultwire/pairing/phone';
import type { ChannelChoice } from '../channels/index.js';
import { makePrivateFolder } from '../private-file.js';
import { createKeysFile, newDeviceIdentifier, newStateKey, openKeysFile } from './keys-file.js';
import { lockFolder } from './lock.js';
import { generatePgpKey, gitSigner, type PgpSigner } from './pgp-key.js';
import { openSealedFile, type SealedFile } from './sealed-file.js';
import { generateSshKey, sshSigner, type SshKeyKind } from './ssh-key.js';
import { u2fSigner, type U2fAccount } from './u2f-keys.js';

/** How many logins are kept; the oldest go first. */
const MAXIMUM_HOSTS = 4096;
/** How many host keys are kept. What is known stays: to forget a key would let another one take its place. */
const MAXIMUM_PINS = 4096;

/** What a phone remembers beside its keys, whatever it is paired with. */
interface PhoneMemory {
  readonly u2f: readonly U2fAccount[];
  readonly pins: readonly HostPin[];
  readonly hosts: readonly UserAtHost[];
}

/** One computer, as the phone keeps it. */
interface PairingRecord {
  /** What the computer calls itself. */
  readonly computer: string;
  readonly channels: ChannelChoice;
  readonly secretKey?: Uint8Array;
  readonly state?: Uint8Array;
}

/** A pairing in the phone's folder. */
export interface KeptPairing {
  /** UUID, upper case. */
  readonly identifier: string;
  readonly computer: string;
  readonly channels: ChannelChoice;
  readonly store: PairingStore;
}

/** A phone whose keys are open, for this process alone. */
export interface Phone {
  readonly email: string;
  readonly deviceIdentifier: Uint8Array<ArrayBuffer>;
  readonly keys: Required<PhoneKeys> & { readonly git: PgpSigner };
  /** The app ids that it has a security key for. */
  u2fAccounts(): readonly string[];
  /** Of the OpenPGP key, as it was made. */
  pgpUserIds(): Promise<readonly string[]>;
  /** The logins that it approved. */
  hosts(): readonly UserAtHost[];
  addHost(host: UserAtHost): Promise<void>;
  pins(): readonly HostPin[];
  /** The first key of a name stays, whatever comes later; so do all of them when no more can be kept. */
  addPin(pin: HostPin): Promise<void>;
  /** False when the name was not pinned. */
  forgetPin(hostName: string): Promise<boolean>;
  pairings(): Promise<readonly KeptPairing[]>;
  /** A place for a new pairing, which is written when the session saves its key. */
  newPairing(pairing: Pick<KeptPairing, 'identifier' | 'computer' | 'channels'>): Promise<KeptPairing>;
  /** Lets another process have the folder. */
  close(): Promise<void>;
}

/** Where a phone lives when nothing else is said: VAULTWIRE_HOME or ~/.vaultwire, and `phone` in it. */
export const defaultPhoneFolder = (): string =>
  resolve(join(process.env['VAULTWIRE_HOME'] ?? join(homedir(), '.vaultwire'), 'phone'));

export interface NewPhone {
  readonly folder: string;
  readonly passphrase: string;
  readonly email: string;
  /** Of the OpenPGP key, such as `Name <address@example.com>`, the primary one first. None are added later. */
  readonly userIds: readonly string[];
  readonly sshKey: SshKeyKind;
  /** Binary logarithm of scrypt's N for the passphrase. Default 18. */
  readonly workFactor?: number;
}

/**
 * Makes a phone: its keys, in a folder of their own.
 *
 * @throws VaultwireError `not-permitted` when there is one in the folder, `field-invalid` for user ids,
 *   `argument-invalid` for no passphrase
 */
export async function createPhone(options: NewPhone): Promise<void> {
  const { folder, passphrase, email, userIds, workFactor } = options;
  await makePrivateFolder(folder);
  const unlock = await lockFolder(folder);
  try {
    const secrets = {
      email,
      deviceIdentifier: newDeviceIdentifier(),
      sshKey: await generateSshKey(options.sshKey),
      pgpKey: await generatePgpKey(userIds),
      stateKey: newStateKey(),
    };
    await createKeysFile(join(folder, 'keys.age'), secrets, passphrase, workFactor === undefined ? {} : { workFactor });
  } finally {
    await unlock();
  }
}

/**
 * Opens a phone.
 *
 * @throws VaultwireError `not-found` without a phone in the folder, `open-failed` for another passphrase,
 *   `configuration-invalid` for damaged files, `not-permitted` while another process has it open, or for a folder that
 *   is open to others
 */
export async function openPhone(folder: string, passphrase: string): Promise<Phone> {
  await makePrivateFolder(folder);
  const unlock = await lockFolder(folder);
  try {
    const secrets = await openKeysFile(join(folder, 'keys.age'), passphrase);
    const key = await defaultSuite.importAesKey(secrets.stateKey);
    const memory = await openSealedFile<PhoneMemory>({
      path: join(folder, 'memory'),
      name: 'memory',
      key,
      first: { u2f: [], pins: [], hosts: [] },
      decode: (document) => parse(memorySchema, document),
      encode: (value) => ({
        version: 1,
        ...value,
        u2f: value.u2f.map((one) => ({
          ...one,
          keyHandle: base64Of(one.keyHandle),
          privateKey: base64Of(one.privateKey),
        })),
        pins: value.pins.map(({ hostName, hostKey }) => ({ hostName, hostKey: base64Of(hostKey) })),
      }),
    });
    return phoneOf(folder, secrets, key, memory, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function phoneOf(
  folder: string,
  secrets: Awaited<ReturnType<typeof openKeysFile>>,
  key: AesKey,
  memory: SealedFile<PhoneMemory>,
  unlock: () => Promise<void>,
): Phone {
  const pairingsFolder = join(folder, 'pairings');
  const deviceIdentifier = new Uint8Array(secrets.deviceIdentifier);
  const git = gitSigner(secrets.pgpKey);
  return {
    email: secrets.email,
    deviceIdentifier,
    keys: {
      ssh: sshSigner(secrets.sshKey),
      git,
      u2f: u2fSigner(deviceIdentifier, {
        get accounts() {
          return memory.value.u2f;
        },
        change: (next) => memory.change((value) => ({ ...value, u2f: next(value.u2f) })),
      }),
    },
    u2fAccounts: () => [...new Set(memory.value.u2f.map(({ appId }) => appId))],
    pgpUserIds: () => git.userIds(),
    hosts: () => memory.value.hosts,
    async addHost({ user, host }) {
      const isKnown = (one: UserAtHost): boolean => one.user === user && one.host === host;
      if (memory.value.hosts.some(isKnown)) return;
      await memory.change((value) => ({
        ...value,
        hosts: [...value.hosts.filter((one) => !isKnown(one)), { user, host }].slice(-MAXIMUM_HOSTS),
      }));
    },
    pins: () => memory.value.pins,
    async addPin(pin) {
      await memory.change((value) =>
        value.pins.length >= MAXIMUM_PINS || value.pins.some(({ hostName }) => hostName === pin.hostName)
          ? value
          : { ...value, pins: [...value.pins, pin] },
      );
    },
    async forgetPin(name) {
      const isKnown = memory.value.pins.some(({ hostName }) => hostName === name);
      if (isKnown) {
        await memory.change((value) => ({ ...value, pins: value.pins.filter(({ hostName }) => hostName !== name) }));
      }
      return isKnown;
    },
    async pairings() {
      await mkdir(pairingsFolder, { recursive: true, mode: 0o700 });
      const names = (await readdir(pairingsFolder)).filter((name) => PAIRING_NAME.test(name)).sort();
      const kept: KeptPairing[] = [];
      for (const name of names) kept.push(await keptPairing(pairingsFolder, name, key));
      return kept;
    },
    newPairing: ({ identifier, computer, channels }) =>
      keptPairing(pairingsFolder, identifier, key, { computer, channels }),
    close: unlock,
  };
}

async function keptPairing(
  folder: string,
  identifier: string,
  key: AesKey,
  first?: Pick<PairingRecord, 'computer' | 'channels'>,
): Promise<KeptPairing> {
  if (!PAIRING_NAME.test(identifier)) throw new VaultwireError('uid-invalid', 'pairing: expected an upper-case UUID');
  const file = await openSealedFile<PairingRecord>({
    path: join(folder, identifier),
    name: `pairing ${identifier}`,
    key,
    first: first ?? { computer: '', channels: {} },
    decode: (document) => parse(pairingSchema, document),
    encode: ({ computer, channels, secretKey, state }) => ({
      version: 1,
      computer,
      channels,
      ...(secretKey && { secretKey: base64Of(secretKey) }),
      ...(state && { state: base64Of(state) }),
    }),
  });
  const { computer, channels } = file.value;
  return {
    identifier,
    computer,
    channels,
    store: {
      load: () => Promise.resolve(file.value.state?.slice()),
      save: (state) => {
        const own = state.slice();
        return file.change((value) => ({ ...value, state: own }));
      },
      loadSecretKey: () => Promise.resolve(file.value.secretKey?.slice()),
      saveSecretKey: (secretKey) => {
        const own = secretKey.slice();
        return file.change((value) => ({ ...value, secretKey: own }));
      },
      clear: () => file.remove(),
    },
  };
}

const PAIRING_NAME = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytes = pipe(
  string(),
  base64(),
  transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
);
const memorySchema = pipe(
  strictObject({
    version: literal(1),
    u2f: array(strictObject({ keyHandle: bytes, appId: string(), privateKey: bytes, counter: number() })),
    pins: array(strictObject({ hostName: string(), hostKey: bytes })),
    hosts: array(strictObject({ user: string(), host: string() })),
  }),
  transform(({ u2f, pins, hosts }) => ({ u2f, pins, hosts })),
);
const pairingSchema = pipe(
  strictObject({
    version: literal(1),
    computer: string(),
    channels: object({ queue: optional(string()), relay: optional(string()) }),
    secretKey: optional(bytes),
    state: optional(bytes),
  }),
  transform(({ computer, channels, secretKey, state }): PairingRecord => ({
    computer,
    channels: {
      ...(channels.queue !== undefined && { queue: channels.queue }),
      ...(channels.relay !== undefined && { relay: channels.relay }),
    },
    ...(secretKey && { secretKey }),
    ...(state && { state }),
  })),
);
