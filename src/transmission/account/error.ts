import type { Bytes } from '../../wire/bytes.js';
import { encodeJson } from '../../wire/json.js';

/**
 * The body with which a server refuses a request that is sealed to another key than it wants (status 401). In hybrid
 * mode it names both keys.
 */
export function encodeKeyError(keys: { readonly serverKeyId: number; readonly mlKemKeyId?: number }): Bytes {
  return encodeJson(
    keys.mlKemKeyId === undefined
      ? { error: 'key', key_id: keys.serverKeyId }
      : { error: 'key', key_id: keys.mlKemKeyId, qrc_ec_key_id: keys.serverKeyId },
  );
}

/** The body with which a server sends a client to the host where its account lives. */
export function encodeRegionRedirect(host: string): Bytes {
  return encodeJson({ error: 'region_redirect', region_host: host });
}

/** The body with which a server asks a client to register its device in this region first. */
export function encodeDeviceNotRegistered(): Bytes {
  return encodeJson({ error: 'device_not_registered' });
}

/** The body with which a server asks a client to slow down. @param retryAfterSeconds how long, when it says so */
export function encodeThrottled(retryAfterSeconds?: number): Bytes {
  return encodeJson(
    retryAfterSeconds === undefined
      ? { error: 'throttled' }
      : { result_code: 'throttled', retry_after: retryAfterSeconds },
  );
}
