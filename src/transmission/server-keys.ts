import { defaultSealingSuite } from '#default-suite';
import { P256_PUBLIC_KEY_LENGTH, type SealingSuite, type EcPublicKey } from '../crypto/suite.js';
import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { decodeBase64 } from '../wire/base64.js';
import { VaultwireError } from '../wire/error.js';

/** Published P-256 server keys, uncompressed points in base64url, from id 7 upwards (wire note: server keys). */
const FIRST_PUBLISHED_ID = 7;
const PUBLISHED_KEYS = [
  'BK9w6TZFxE6nFNbMfIpULCup2a8xc6w2tUTABjxny7yFmxW0dAEojwC6j6zb5nTlmb1dAx8nwo3qF7RPYGmloRM',
  'BKnhy0obglZJK-igwthNLdknoSXRrGB-mvFRzyb_L-DKKefWjYdFD2888qN1ROczz4n3keYSfKz9Koj90Z6w_tQ',
  'BAsPQdCpLIGXdWNLdAwx-3J5lNqUtKbaOMV56hUj8VzxE2USLHuHHuKDeno0ymJt-acxWV1xPlBfNUShhRTR77g',
  'BNYIh_Sv03nRZUUJveE8d2mxKLIDXv654UbshaItHrCJhd6cT7pdZ_XwbdyxAOCWMkBb9AZ4t1XRCsM8-wkEBRg',
  'BA6uNfeYSvqagwu4TOY6wFK4JyU5C200vJna0lH4PJ-SzGVXej8l9dElyQ58_ljfPs5Rq6zVVXpdDe8A7Y3WRhk',
  'BMjTIlXfohI8TDymsHxo0DqYysCy7yZGJ80WhgOBR4QUd6LBDA6-_318a-jCGW96zxXKMm8clDTKpE8w75KG-FY',
  'BJBDU1P1H21IwIdT2brKkPqbQR0Zl0TIHf7Bz_OO9jaNgIwydMkxt4GpBmkYoprZ_DHUGOrno2faB7pmTR7HhuI',
  'BJFF8j-dH7pDEw_U347w2CBM6xYM8Dk5fPPAktjib-opOqzvvbsER-WDHM4ONCSBf9O_obAHzCyygxmtpktDuiE',
  'BDKyWBvLbyZ-jMueORl3JwJnnEpCiZdN7yUvT0vOyjwpPBCDf6zfL4RWzvSkhAAFnwOni_1tQSl8dfXHbXqXsQ8',
  'BDXyZZnrl0tc2jdC5I61JjwkjK2kr7uet9tZjt8StTiJTAQQmnVOYBgbtP08PWDbecxnHghx3kJ8QXq1XE68y8c',
  'BFX68cb97m9_sweGdOVavFM3j5ot6gveg6xT4BtGahfGhKib-zdZyO9pwvv1cBda9ahkSzo1BQ4NVXp9qRyqVGU',
  'BNhngQqTT1bPKxGuB6FhbPTAeNVFl8PKGGSGo5W06xWIReutm6ix6JPivqnbvkydY-1uDQTr-5e6t70G01Bb5JA',
] as const;

/** A server's public key with the id that requests name it by. */
export interface ServerKey {
  readonly id: number;
  readonly publicKey: EcPublicKey;
}

/**
 * The server keys that a client is willing to seal to. The published ones come from {@link publishedServerKeys}, an
 * installation's own from {@link customServerKey}; a caller may bring any other implementation.
 */
export interface ServerKeys {
  /** Whether the key was pinned by the caller. A pinned key is never changed on a server's hint. */
  readonly custom: boolean;
  /** The id that a new client starts with. */
  readonly defaultId: number;
  /** Whether there is a key of this id. */
  has(id: number): boolean;
  /** @throws VaultwireError `server-key-unknown` when there is no key of this id */
  get(id: number): Promise<ServerKey>;
}

/** The published server keys, ids 7 to 18. Each is imported once, when it is first asked for. */
export function publishedServerKeys(options: { readonly suite?: SealingSuite } = {}): ServerKeys {
  const keys = PUBLISHED_KEYS.map((text, index): readonly [number, Bytes] => [
    FIRST_PUBLISHED_ID + index,
    decodeBase64(text, 'published server key'),
  ]);
  return registry(new Map(keys), FIRST_PUBLISHED_ID, false, options.suite ?? defaultSealingSuite);
}

/**
 * One key that the caller pins, with its id.
 *
 * @param key.publicKey the uncompressed point, 65 bytes
 * @throws VaultwireError `argument-invalid` for an id that is no positive whole number, `length-invalid`
 */
export function customServerKey(
  key: { readonly id: number; readonly publicKey: Uint8Array },
  options: { readonly suite?: SealingSuite } = {},
): ServerKeys {
  if (!Number.isSafeInteger(key.id) || key.id < 1) {
    throw new VaultwireError('argument-invalid', 'server key id: expected a positive whole number');
  }
  assertBytes(key.publicKey, 'server public key', P256_PUBLIC_KEY_LENGTH);
  return registry(new Map([[key.id, copyBytes(key.publicKey)]]), key.id, true, options.suite ?? defaultSealingSuite);
}

function registry(
  points: ReadonlyMap<number, Bytes>,
  defaultId: number,
  custom: boolean,
  suite: SealingSuite,
): ServerKeys {
  const imported = new Map<number, ServerKey>();
  return {
    custom,
    defaultId,
    has: (id) => points.has(id),
    async get(id) {
      const known = imported.get(id);
      if (known) return known;
      const point = points.get(id);
      if (!point) throw new VaultwireError('server-key-unknown', `server key: no key of id ${id}`);
      const key = { id, publicKey: await suite.importEcPublicKey(point) };
      imported.set(id, key);
      return key;
    },
  };
}
