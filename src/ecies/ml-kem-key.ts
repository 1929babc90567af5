import { RedactedKey } from '../crypto/redacted.js';
import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

// Encapsulation keys apart from what computes with them: a registry of server keys need not load an implementation.

/** The parameter sets of ML-KEM (FIPS 203, section 8) that server keys use. */
export type MlKemParameterSet = 'ML-KEM-768' | 'ML-KEM-1024';

/** Lengths in bytes of what a parameter set defines (FIPS 203, table 3). */
export const ML_KEM_LENGTHS: Readonly<
  Record<MlKemParameterSet, { readonly publicKey: number; readonly ciphertext: number }>
> = {
  'ML-KEM-768': { publicKey: 1184, ciphertext: 1088 },
  'ML-KEM-1024': { publicKey: 1568, ciphertext: 1568 },
};

/** An ML-KEM encapsulation key that has passed the checks of FIPS 203, 7.2. */
export interface MlKemPublicKey {
  readonly parameterSet: MlKemParameterSet;
  /** The encapsulation key: 1184 bytes (768) or 1568 (1024). */
  readonly bytes: Bytes;
}

/**
 * Takes an encapsulation key in, with the length and modulus checks of FIPS 203, 7.2.
 *
 * @throws VaultwireError `length-invalid`, `key-invalid`
 */
export function importMlKemPublicKey(parameterSet: MlKemParameterSet, bytes: Uint8Array): MlKemPublicKey {
  const { publicKey: length } = lengthsOf(parameterSet);
  assertBytes(bytes, `${parameterSet} public key`, length);
  return new CheckedPublicKey(parameterSet, copyBytes(bytes));
}

class CheckedPublicKey extends RedactedKey implements MlKemPublicKey {
  readonly parameterSet: MlKemParameterSet;
  readonly #bytes: Bytes;

  constructor(parameterSet: MlKemParameterSet, bytes: Bytes) {
    super('MlKemPublicKey');
    if (!isReduced(bytes)) throwKeyInvalid(parameterSet);
    this.parameterSet = parameterSet;
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }
}

const MODULUS = 3329;
const RHO_LENGTH = 32;

/** The modulus check of FIPS 203, 7.2: every 12-bit coefficient is below q. Of the two halves of a key, t comes first. */
function isReduced(encapsulationKey: Bytes): boolean {
  const end = encapsulationKey.length - RHO_LENGTH;
  for (let index = 0; index < end; index += 3) {
    const [low = 0, middle = 0, high = 0] = encapsulationKey.subarray(index, index + 3);
    if ((low | ((middle & 0x0f) << 8)) >= MODULUS || ((middle >> 4) | (high << 4)) >= MODULUS) return false;
  }
  return true;
}

/** @throws VaultwireError `argument-invalid` for what is not one of the two parameter sets */
export function lengthsOf(parameterSet: MlKemParameterSet): {
  readonly publicKey: number;
  readonly ciphertext: number;
} {
  if (!Object.hasOwn(ML_KEM_LENGTHS, parameterSet)) {
    throw new VaultwireError('argument-invalid', 'parameter set: expected ML-KEM-768 or ML-KEM-1024');
  }
  return ML_KEM_LENGTHS[parameterSet];
}

/** @throws VaultwireError `key-invalid` */
export function throwKeyInvalid(parameterSet: MlKemParameterSet): never {
  throw new VaultwireError('key-invalid', `${parameterSet} public key: expected an encapsulation key`);
}
