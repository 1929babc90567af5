import { BitString, fromBER, ObjectIdentifier, Sequence } from 'asn1js';
import { decodeBase64, encodeBase64 } from '../wire/base64.js';
import { assertBytes, copyBytes, decodeUtf8, encodeUtf8, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { importMlKemPublicKey, type MlKemParameterSet, type MlKemPublicKey } from './ml-kem-key.js';

/** Largest PEM text that is read, in characters: an ML-KEM-1024 key takes about 2,200. */
export const MAXIMUM_PEM_LENGTH = 8192;

/** The object identifiers of RFC 9935, section 3. */
const PARAMETER_SETS: ReadonlyMap<string, MlKemParameterSet> = /* @__PURE__ */ new Map([
  ['2.16.840.1.101.3.4.4.2', 'ML-KEM-768'],
  ['2.16.840.1.101.3.4.4.3', 'ML-KEM-1024'],
]);

const BEGIN = '-----BEGIN PUBLIC KEY-----';
const END = '-----END PUBLIC KEY-----';
const LINE_LENGTH = 64;

/**
 * Reads an ML-KEM public key from PEM (RFC 7468): a SubjectPublicKeyInfo in DER with the parameter set as its
 * algorithm and no parameters (RFC 9935). Nothing may stand before or behind it but white space.
 *
 * @param pem the text, or its base64, in which installations hand ML-KEM server keys out
 * @throws VaultwireError `argument-invalid` when it is no text, `message-too-long`, `pem-invalid`, `base64-invalid`,
 *   `utf8-invalid`, `der-invalid`, `length-invalid`, `key-invalid`
 */
export function decodeMlKemPem(pem: string): MlKemPublicKey {
  if (typeof pem !== 'string') throw new VaultwireError('argument-invalid', 'PEM: expected text');
  if (pem.length > 2 * MAXIMUM_PEM_LENGTH) throw tooLong();
  const trimmed = pem.trim();
  const text = trimmed.startsWith('-') ? trimmed : decodeUtf8(decodeBase64(trimmed, 'PEM'), 'PEM').trim();
  if (text.length > MAXIMUM_PEM_LENGTH) throw tooLong();
  const [begin, ...lines] = text.split(/\r\n|\n|\r/);
  const end = lines.pop();
  if (begin?.trimEnd() !== BEGIN || end !== END || lines.length === 0) {
    throw new VaultwireError('pem-invalid', 'PEM: expected one PUBLIC KEY and nothing else');
  }
  const body = lines.map((line) => line.trim()).join('');
  // The decoder takes base64url too, which PEM does not.
  if (/[-_]/.test(body)) throw new VaultwireError('base64-invalid', 'PEM: expected base64');
  return decodeMlKemSpki(decodeBase64(body, 'PEM'));
}

/** Writes an ML-KEM public key as PEM, in lines of 64 characters. @throws VaultwireError `der-invalid` */
export function encodeMlKemPem(key: MlKemPublicKey): string {
  const body = encodeBase64(encodeMlKemSpki(key));
  const lines = [BEGIN];
  for (let start = 0; start < body.length; start += LINE_LENGTH) lines.push(body.slice(start, start + LINE_LENGTH));
  return `${[...lines, END].join('\n')}\n`;
}

/** {@link encodeMlKemPem} as base64, in which installations hand ML-KEM server keys out. */
export function encodeMlKemKeyFile(key: MlKemPublicKey): string {
  return encodeBase64(encodeUtf8(encodeMlKemPem(key)));
}

/**
 * Reads an ML-KEM public key from the DER of its SubjectPublicKeyInfo (RFC 9935).
 *
 * @throws VaultwireError `argument-invalid`, `der-invalid`, `length-invalid`, `key-invalid`
 */
export function decodeMlKemSpki(der: Uint8Array): MlKemPublicKey {
  assertBytes(der, 'SubjectPublicKeyInfo');
  const bytes = copyBytes(der);
  const [parameterSet, subjectPublicKey] = parse(bytes) ?? [];
  if (parameterSet === undefined || subjectPublicKey === undefined) throw derInvalid();
  const key = importMlKemPublicKey(parameterSet, subjectPublicKey);
  // The library takes BER; DER has one encoding of a key, and this is it.
  if (!equalBytes(encodeMlKemSpki(key), bytes)) throw derInvalid();
  return key;
}

/**
 * The DER of an ML-KEM public key's SubjectPublicKeyInfo (RFC 9935).
 *
 * @throws VaultwireError `der-invalid` for another parameter set
 */
export function encodeMlKemSpki(key: MlKemPublicKey): Bytes {
  const [identifier] = [...PARAMETER_SETS].find(([, parameterSet]) => parameterSet === key.parameterSet) ?? [];
  if (identifier === undefined) throw derInvalid();
  const info = new Sequence({
    value: [
      new Sequence({ value: [new ObjectIdentifier({ value: identifier })] }),
      // A copy: the bytes of a caller's own key may lie among others in one buffer, all of which would be written.
      new BitString({ valueHex: copyBytes(key.bytes).buffer }),
    ],
  });
  return new Uint8Array(info.toBER());
}

function parse(der: Bytes): [MlKemParameterSet | undefined, Uint8Array] | undefined {
  let info: unknown;
  try {
    info = fromBER(der, {
      maxDepth: 4,
      maxNodes: 8,
      maxContentLength: MAXIMUM_PEM_LENGTH,
      parseEmbedded: false,
    }).result;
  } catch {
    return undefined;
  }
  if (!(info instanceof Sequence)) return undefined;
  const [algorithm, key] = info.valueBlock.value;
  if (!(algorithm instanceof Sequence) || !(key instanceof BitString)) return undefined;
  const [identifier] = algorithm.valueBlock.value;
  if (!(identifier instanceof ObjectIdentifier)) return undefined;
  const parameterSet = PARAMETER_SETS.get(identifier.getValue());
  return [parameterSet, key.valueBlock.valueHexView];
}

const derInvalid = (): VaultwireError =>
  new VaultwireError('der-invalid', 'public key: expected DER of an ML-KEM-768 or ML-KEM-1024 SubjectPublicKeyInfo');

const tooLong = (): VaultwireError =>
  new VaultwireError('message-too-long', `PEM: expected at most ${MAXIMUM_PEM_LENGTH} characters`);
