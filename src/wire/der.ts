import { copyBytes, equalBytes, type Bytes } from './bytes.js';
import { VaultwireError } from './error.js';

/*
 * The two ASN.1 structures that P-256 keys and signatures travel in. DER (ITU-T X.690) has exactly one encoding of a
 * value, so the readers here take the value from where it must be, write it again and compare: non-minimal lengths,
 * trailing bytes, other versions and other curves all show as a difference, without a general parser.
 */

/** What a PKCS#8 document of a P-256 key holds. The scalar's range and the point are not looked at. */
export interface EcPrivateKeyInfo {
  /** The scalar, 32 bytes. */
  readonly privateKey: Bytes;
  /** The uncompressed point, 65 bytes, where the document has one. */
  readonly publicKey?: Bytes;
}

/**
 * A P-256 key as PKCS#8 (RFC 5958) around an ECPrivateKey (RFC 5915) without parameters and with the public key:
 * 138 bytes, the scalar at 36 to 68 and the point last, as OpenSSL and WebCrypto write it and peers slice it.
 *
 * @param privateKey the scalar, 32 bytes
 * @param publicKey the uncompressed point, 65 bytes
 */
export function encodePkcs8(privateKey: Uint8Array, publicKey: Uint8Array): Bytes {
  return encodePrivateKeyInfo({ privateKey, publicKey }, false);
}

/**
 * Reads a P-256 key from PKCS#8 DER. The public key and the repeated curve parameters inside ECPrivateKey may each be
 * there or not; everything else has one form. Attributes are not accepted.
 *
 * @throws VaultwireError `der-invalid`
 */
export function decodePkcs8(der: Uint8Array): EcPrivateKeyInfo {
  const withParameters = der.length === 79 || der.length === 150;
  const withPublicKey = der.length === 138 || der.length === 150;
  if (withParameters || withPublicKey || der.length === 67) {
    const start = withPublicKey ? 36 : 35;
    const info = {
      privateKey: copyBytes(der.subarray(start, start + 32)),
      ...(withPublicKey && { publicKey: copyBytes(der.subarray(-65)) }),
    };
    if (equalBytes(der, encodePrivateKeyInfo(info, withParameters))) return info;
  }
  throw new VaultwireError('der-invalid', 'private key: expected PKCS#8 DER of a P-256 key');
}

/**
 * An ECDSA-Sig-Value (RFC 3279, 2.2.3).
 *
 * @param signature r and s, 32 bytes each (IEEE P1363)
 */
export function encodeEcdsaSignature(signature: Uint8Array): Bytes {
  return Uint8Array.from(element(0x30, integer(signature.subarray(0, 32)), integer(signature.subarray(32))));
}

/**
 * r and s of an ECDSA-Sig-Value as 32 bytes each (IEEE P1363), or undefined for everything that is not strict DER of
 * two non-negative numbers below 2^256. Their ranges are left to the verifier.
 */
export function decodeEcdsaSignature(der: Uint8Array): Bytes | undefined {
  const end = 4 + (der[3] ?? 0);
  const signature = new Uint8Array(64);
  for (const [number, offset] of [
    [der.subarray(4, end), 32],
    [der.subarray(end + 2), 64],
  ] as const) {
    const digits = number.subarray(-32);
    signature.set(digits, offset - digits.length);
  }
  return equalBytes(der, encodeEcdsaSignature(signature)) ? signature : undefined;
}

const P256 = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const EC_PUBLIC_KEY = [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

function encodePrivateKeyInfo(
  { privateKey, publicKey }: { readonly privateKey: Uint8Array; readonly publicKey?: Uint8Array },
  withParameters: boolean,
): Bytes {
  const ecPrivateKey = element(
    0x30,
    [0x02, 1, 1],
    element(0x04, privateKey),
    withParameters ? element(0xa0, P256) : [],
    publicKey ? element(0xa1, element(0x03, [0], publicKey)) : [],
  );
  return Uint8Array.from(element(0x30, [0x02, 1, 0], element(0x30, EC_PUBLIC_KEY, P256), element(0x04, ecPrivateKey)));
}

function integer(digits: Uint8Array): number[] {
  let start = 0;
  while (start < digits.length - 1 && digits[start] === 0) start++;
  const sign = (digits[start] ?? 0) & 0x80 ? [0] : [];
  return element(0x02, sign, digits.subarray(start));
}

/** Tag, length and contents; nothing here is longer than 255 bytes. */
function element(tag: number, ...contents: readonly Iterable<number>[]): number[] {
  const body = contents.flatMap((part) => [...part]);
  return [tag, ...(body.length < 0x80 ? [] : [0x81]), body.length, ...body];
}
