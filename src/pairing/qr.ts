import { BOX_KEY_LENGTH } from '../crypto/box.js';
import { decodeBase64, encodeBase64 } from '../wire/base64.js';
import { assertBytes, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { decodeJsonObject, encodeJson, readBase64, readOptionalString, readString } from '../wire/json.js';
import { readVersion } from './version.js';

/** Length of the identifier by which a browser knows itself again, in bytes. */
export const DEVICE_IDENTIFIER_LENGTH = 16;
/** Most characters of a QR text: what a code of version 40 holds (ISO/IEC 18004, 2,953 bytes), with room to spare. */
export const MAXIMUM_QR_TEXT_LENGTH = 4096;

/** What stands before the JSON in the form that browsers show. */
const LINK = 'https://get.krypt.co/#';

/** What a computer shows for the phone to scan. All of it is public. */
export interface PairingQr {
  /** The computer's public key for this pairing, 32 bytes. */
  readonly publicKey: Bytes;
  /** The computer's name, for the phone to show. */
  readonly name: string;
  /** The protocol's version at the computer (semantic versioning). */
  readonly version: string;
  /** Of a browser: 16 bytes by which it is known again. */
  readonly deviceIdentifier?: Bytes;
  /** Of a browser: its name. */
  readonly browser?: string;
}

/**
 * The text of a QR code: the JSON itself as the command line shows it, or a link that carries it as browsers do. What
 * is written is read back before it is returned.
 *
 * @throws VaultwireError what {@link decodeQrText} throws
 */
export function encodeQrText(qr: PairingQr, form: 'json' | 'link'): string {
  const json = encodeJson({
    pk: encodeBase64(qr.publicKey),
    n: qr.name,
    v: qr.version,
    d: qr.deviceIdentifier && encodeBase64(qr.deviceIdentifier),
    b: qr.browser,
  });
  const base64Url = encodeBase64(json).replaceAll('+', '-').replaceAll('/', '_');
  const text = form === 'json' ? new TextDecoder().decode(json) : LINK + base64Url;
  decodeQrText(text);
  return text;
}

/**
 * Reads the text of a QR code in either form.
 *
 * @throws VaultwireError `message-too-long` above {@link MAXIMUM_QR_TEXT_LENGTH}, `base64-invalid`, `utf8-invalid`,
 * `json-invalid`, `json-too-deep`, `json-duplicate-key`, `field-missing`, `field-invalid`, `length-invalid`
 */
export function decodeQrText(text: string): PairingQr {
  const name = 'QR text';
  if (text.length > MAXIMUM_QR_TEXT_LENGTH) {
    throw new VaultwireError('message-too-long', `${name}: expected at most ${MAXIMUM_QR_TEXT_LENGTH} characters`);
  }
  const json = text.startsWith(LINK) ? decodeBase64(text.slice(LINK.length), name) : encodeUtf8(text);
  const object = decodeJsonObject(json, name, LIMITS);
  const publicKey = readBase64(object, 'pk', name);
  assertBytes(publicKey, `${name}.pk`, BOX_KEY_LENGTH);
  const deviceIdentifier = readOptionalString(object, 'd', name);
  const browser = readOptionalString(object, 'b', name);
  return {
    publicKey,
    name: readString(object, 'n', name),
    version: readVersion(object, name),
    ...(deviceIdentifier !== undefined && { deviceIdentifier: decodeDeviceIdentifier(deviceIdentifier, `${name}.d`) }),
    ...(browser !== undefined && { browser }),
  };
}

/** Characters outside ASCII take up to three bytes each. */
const LIMITS = { maximumBytes: 3 * MAXIMUM_QR_TEXT_LENGTH, maximumDepth: 4 };

function decodeDeviceIdentifier(text: string, name: string): Bytes {
  const bytes = decodeBase64(text, name);
  assertBytes(bytes, name, DEVICE_IDENTIFIER_LENGTH);
  return bytes;
}
