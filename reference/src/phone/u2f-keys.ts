import { createPrivateKey, createPublicKey, randomBytes, sign, webcrypto, type KeyObject } from 'node:crypto';
import { VaultwireError } from 'vaultwire';
import { type U2fSigner } from 'vaultwire/pairing/phone';
import {
  authenticationSigningInput,
  isKeyHandleFor,
  KEY_HANDLE_RANDOM_LENGTH,
  makeKeyHandle,
  registrationSigningInput,
} from 'vaultwire/pairing/u2f';

/** One security key: at one relying party, for one account. */
export interface U2fAccount {
  readonly keyHandle: Uint8Array;
  readonly appId: string;
  /** PKCS#8 DER of a P-256 key. */
  readonly privateKey: Uint8Array;
  /** Of the last signature. */
  readonly counter: number;
}

/** Where the security keys are kept. `change` resolves when the disk has them. */
export interface U2fStore {
  readonly accounts: readonly U2fAccount[];
  change(next: (accounts: readonly U2fAccount[]) => readonly U2fAccount[]): Promise<void>;
}

const MAXIMUM_ACCOUNTS = 4096;
const MAXIMUM_COUNTER = 0xffffffff;
const DAY = 24 * 60 * 60 * 1000;
const YEAR = 365 * DAY;

/**
 * Security keys, a fresh P-256 key for each registration.
 *
 * The attestation certificate is made for each registration as well and signed by the very key that is registered: it
 * names the make of the authenticator and nothing else, so that no two relying parties can tell that they have the same
 * phone before them.
 *
 * @param now milliseconds since 1970, for the certificates
 */
export function u2fSigner(deviceIdentifier: Uint8Array, store: U2fStore, now: () => number = Date.now): U2fSigner {
  return {
    async register(challenge, appId) {
      if (store.accounts.length >= MAXIMUM_ACCOUNTS) {
        throw new VaultwireError('not-permitted', `U2F: expected at most ${MAXIMUM_ACCOUNTS} accounts`);
      }
      const { privateKey, publicKey, certificate } = await makeKey(now());
      const keyHandle = makeKeyHandle({ deviceIdentifier, appId, random: randomBytes(KEY_HANDLE_RANDOM_LENGTH) });
      await store.change((accounts) => [...accounts, { keyHandle, appId, privateKey, counter: 0 }]);
      const message = registrationSigningInput({ appId, challenge, keyHandle, publicKey });
      return { publicKey, keyHandle, attestationCertificate: certificate, signature: signWith(privateKey, message) };
    },
    async authenticate(challenge, appId, keyHandle) {
      if (!isKeyHandleFor(keyHandle, { deviceIdentifier, appId })) return undefined;
      const isIt = (account: U2fAccount): boolean =>
        account.appId === appId && Buffer.from(account.keyHandle).equals(keyHandle);
      if (!store.accounts.some(isIt)) return undefined;
      let used: U2fAccount | undefined;
      await store.change((accounts) =>
        accounts.map((account) => {
          if (!isIt(account)) return account;
          if (account.counter >= MAXIMUM_COUNTER) {
            throw new VaultwireError('parameter-out-of-range', 'U2F counter: expected one that can still grow');
          }
          used = { ...account, counter: account.counter + 1 };
          return used;
        }),
      );
      if (!used) return undefined;
      const { counter, privateKey } = used;
      const message = authenticationSigningInput({ appId, challenge, counter });
      return { publicKey: pointOf(privateKey), signature: signWith(privateKey, message), counter };
    },
  };
}

async function makeKey(
  now: number,
): Promise<{ privateKey: Uint8Array; publicKey: Uint8Array; certificate: Uint8Array }> {
  // Loaded here, as its dependency container patches the global Reflect: only who registers a key needs it.
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Krypton Key',
      // Dates to the day: a finer time would tell registrations of one moment apart from others.
      notBefore: new Date(Math.floor(now / DAY) * DAY - DAY),
      notAfter: new Date(Math.floor(now / DAY) * DAY + 25 * YEAR),
      signingAlgorithm: algorithm,
      keys,
    },
    webcrypto as Crypto,
  );
  const privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const publicKey = new Uint8Array(await webcrypto.subtle.exportKey('raw', keys.publicKey));
  return { privateKey, publicKey, certificate: new Uint8Array(certificate.rawData) };
}

const keyOf = (privateKey: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(privateKey), type: 'pkcs8', format: 'der' });

/** ECDSA over SHA-256, in DER. */
const signWith = (privateKey: Uint8Array, message: Uint8Array): Uint8Array =>
  new Uint8Array(sign('sha256', message, keyOf(privateKey)));

function pointOf(privateKey: Uint8Array): Uint8Array {
  const { x = '', y = '' } = createPublicKey(keyOf(privateKey)).export({ format: 'jwk' });
  return new Uint8Array(Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]));
}
