import { VaultwireError } from '../wire/error.js';
import { readString, type JsonObject } from '../wire/json.js';

/** The version that the protocol's last peers announce. */
export const PROTOCOL_VERSION = '2.4.4';

/** Three numbers, and what may follow them (semantic versioning 2.0.0), up to 64 characters. */
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,34})?$/;

/** The member `v` of an object. @throws VaultwireError `field-missing`, `field-invalid` */
export function readVersion(object: JsonObject, name: string): string {
  const version = readString(object, 'v', name);
  if (!VERSION.test(version)) throw new VaultwireError('field-invalid', `${name}.v: expected a semantic version`);
  return version;
}
