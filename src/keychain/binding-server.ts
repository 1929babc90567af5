import type { DeviceCommand } from '../transmission/device-request.js';
import { VaultwireError, type ErrorCode } from '../wire/error.js';

// How a server honors a one-time token, once (wire note: keychain). The signature has been checked before
// (`openDeviceRequest`); this is about who may be served at all.

/** A client as the server keeps it: plain data, which JSON holds as it is. */
export interface ServedClient {
  /** base64 of 64 bytes. */
  readonly clientId: string;
  /**
   * `issued`: the token has not been spent. `delivered`: a public key is registered and the application's key was
   * handed out, but the client has not said that it arrived. `bound`: it has, and the server no longer holds it.
   */
  readonly at: 'issued' | 'delivered' | 'bound';
  /** base64 of the application's key under the token's; null once bound. */
  readonly encryptedApplicationKey: string | null;
  /** base64 of the registered public key (65 bytes); null while issued. */
  readonly publicKey: string | null;
  /** Serve only the address that came first. */
  readonly lockAddress: boolean;
  readonly address: string | null;
  /** Until when the token may be spent, in milliseconds since 1970; null without end. */
  readonly firstAccessExpiresOn: number | null;
  /** Until when the client is served, in milliseconds since 1970; null without end. */
  readonly accessExpiresOn: number | null;
}

/** A request whose signature fits the registered public key or, while there is none, the one that it brings. */
export interface ClientRequest {
  readonly command: DeviceCommand;
  /** base64 of the public key that the payload brings (65 bytes), or null. */
  readonly publicKey: string | null;
  /** The network address that it came from. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether a request is served. */
export type ServeDecision =
  | {
      readonly type: 'serve';
      /** base64, to go into the answer beside the owner's public key; null when the client has it. */
      readonly encryptedApplicationKey: string | null;
    }
  | { readonly type: 'refuse'; readonly error: VaultwireError };

/** A client whose token was just made. */
export function issueClient(options: {
  readonly clientId: string;
  readonly encryptedApplicationKey: string;
  readonly lockAddress?: boolean;
  readonly firstAccessExpiresOn?: number | null;
  readonly accessExpiresOn?: number | null;
}): ServedClient {
  return {
    clientId: options.clientId,
    at: 'issued',
    encryptedApplicationKey: options.encryptedApplicationKey,
    publicKey: null,
    lockAddress: options.lockAddress ?? false,
    address: null,
    firstAccessExpiresOn: options.firstAccessExpiresOn ?? null,
    accessExpiresOn: options.accessExpiresOn ?? null,
  };
}

/**
 * Decides whether a request is served. Pure: store the new state before the answer goes out. A refusal changes nothing.
 *
 * A client that brings its registered public key again before it has confirmed gets the application's key again: it
 * may have lost the answer, or its power, and a token must not be burnt by that.
 *
 * Refusals: `client-expired`, `address-refused`, `token-expired`, `client-not-bound`, `token-used`,
 * `second-public-key`.
 */
export function stepServedClient(
  state: ServedClient,
  request: ClientRequest,
): { readonly state: ServedClient; readonly decision: ServeDecision } {
  const { now, publicKey, address } = request;
  const refuse = (code: ErrorCode, message: string): { state: ServedClient; decision: ServeDecision } => ({
    state,
    decision: { type: 'refuse', error: new VaultwireError(code, message) },
  });
  const serve = (
    changes: Partial<ServedClient>,
    encryptedApplicationKey: string | null,
  ): { state: ServedClient; decision: ServeDecision } => ({
    state: { ...state, ...changes },
    decision: { type: 'serve', encryptedApplicationKey },
  });

  if (state.accessExpiresOn !== null && now >= state.accessExpiresOn) {
    return refuse('client-expired', "the client's access has ended");
  }
  if (state.lockAddress && state.address !== null && state.address !== address) {
    return refuse('address-refused', 'the client is locked to another network address');
  }
  switch (state.at) {
    case 'issued':
      if (state.firstAccessExpiresOn !== null && now >= state.firstAccessExpiresOn) {
        return refuse('token-expired', 'the one-time token has expired');
      }
      if (publicKey === null) return refuse('client-not-bound', 'payload.publicKey: expected the first public key');
      // Only get_secret hands the application's key out: any other command would burn the token for nothing.
      if (request.command !== 'get_secret') return refuse('client-not-bound', 'bind with get_secret first');
      return serve({ at: 'delivered', publicKey, address }, state.encryptedApplicationKey);
    case 'delivered':
      if (publicKey === null) return serve({ at: 'bound', encryptedApplicationKey: null }, null);
      if (publicKey !== state.publicKey) return refuse('second-public-key', 'a public key is registered already');
      if (request.command !== 'get_secret') return refuse('client-not-bound', 'bind with get_secret first');
      return serve({}, state.encryptedApplicationKey);
    case 'bound':
      if (publicKey === null) return serve({}, null);
      return publicKey === state.publicKey
        ? refuse('token-used', 'the one-time token has been used')
        : refuse('second-public-key', 'a public key is registered already');
  }
}
