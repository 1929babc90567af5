import { equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError, type ErrorCode } from '../wire/error.js';

// How a device spends a one-time token (wire note: keychain). The machine holds no secret: effects name the keys that
// the driver keeps. What has been stored is always enough for a second run to finish what the first began.

/** Where a binding stands: plain data. */
export type BindingState =
  | { readonly at: 'new'; readonly expectedOwner: Bytes | null }
  | { readonly at: 'generating'; readonly expectedOwner: Bytes | null }
  | { readonly at: 'storing-token'; readonly expectedOwner: Bytes | null; readonly publicKey: Bytes }
  | { readonly at: 'requesting'; readonly expectedOwner: Bytes | null; readonly publicKey: Bytes }
  | { readonly at: 'opening'; readonly ownerPublicKey: Bytes }
  | { readonly at: 'storing-key'; readonly ownerPublicKey: Bytes }
  | { readonly at: 'confirming'; readonly ownerPublicKey: Bytes | null }
  | { readonly at: 'bound'; readonly ownerPublicKey: Bytes | null }
  | { readonly at: 'failed'; readonly code: ErrorCode };

export type BindingEvent =
  | {
      readonly type: 'start';
      /** What the store holds, or null when it holds no configuration. */
      readonly stored: {
        /** base64 of 64 bytes. */
        readonly clientId: string;
        /** The device's public key, 65 bytes. */
        readonly publicKey: Bytes;
        readonly hasClientKey: boolean;
        readonly hasApplicationKey: boolean;
        readonly ownerPublicKey: Bytes | null;
      } | null;
      /** The client id of the token that the caller brought, or null when it brought none. */
      readonly tokenClientId: string | null;
    }
  | { readonly type: 'device-key-generated'; readonly publicKey: Bytes }
  | { readonly type: 'stored' }
  | {
      /** The answer to `request`, opened. */
      readonly type: 'answered';
      readonly encryptedApplicationKey: Bytes | null;
      readonly ownerPublicKey: Bytes | null;
    }
  | { readonly type: 'application-key-opened' }
  | { readonly type: 'application-key-refused' }
  | { readonly type: 'confirmed' };

export type BindingEffect =
  | { readonly type: 'generate-device-key' }
  /** Write host, client id, client key and device key; only then send `stored`. */
  | { readonly type: 'store-token' }
  /** get_secret, with the public key while there is one. */
  | { readonly type: 'request'; readonly publicKey: Bytes | null }
  /** Open the application's key with the client key. */
  | { readonly type: 'open-application-key'; readonly encryptedApplicationKey: Bytes }
  /** Write the application's key and the owner's, and drop the client key, in one write; only then send `stored`. */
  | { readonly type: 'store-application-key'; readonly ownerPublicKey: Bytes }
  | { readonly type: 'bound'; readonly ownerPublicKey: Bytes | null }
  | { readonly type: 'fail'; readonly error: VaultwireError };

export interface BindingStep {
  readonly state: BindingState;
  readonly effects: readonly BindingEffect[];
}

/**
 * The state before anything happened.
 *
 * @param options.expectedOwner the application owner's public key (65 bytes), when the caller knows it: another is
 *   refused before anything of it is stored
 */
export function startBinding(options: { readonly expectedOwner?: Bytes | undefined } = {}): BindingState {
  return { at: 'new', expectedOwner: options.expectedOwner ?? null };
}

/**
 * The next step of a binding. Pure; an event that does not belong to the state throws and changes nothing.
 *
 * Failures: `client-mismatch` (the store belongs to another token), `client-not-bound` (neither a token nor a stored
 * one), `answer-unexpected` (no application key in the answer), `owner-key-unexpected`, `open-failed`.
 *
 * @throws VaultwireError `step-invalid`
 */
export function stepBinding(state: BindingState, event: BindingEvent): BindingStep {
  switch (state.at) {
    case 'new':
      if (event.type === 'start') return start(state.expectedOwner, event);
      break;
    case 'generating':
      if (event.type === 'device-key-generated') {
        const { expectedOwner } = state;
        return next({ at: 'storing-token', expectedOwner, publicKey: event.publicKey }, { type: 'store-token' });
      }
      break;
    case 'storing-token':
      if (event.type === 'stored') return request(state.expectedOwner, state.publicKey);
      break;
    case 'requesting':
      if (event.type === 'answered') return answered(state.expectedOwner, event);
      break;
    case 'opening': {
      const { ownerPublicKey } = state;
      if (event.type === 'application-key-opened') {
        return next({ at: 'storing-key', ownerPublicKey }, { type: 'store-application-key', ownerPublicKey });
      }
      if (event.type === 'application-key-refused') {
        return fail('open-failed', "the application's key does not open with the token's");
      }
      break;
    }
    case 'storing-key':
      if (event.type === 'stored') {
        const { ownerPublicKey } = state;
        // Asking again without the public key tells the server that the key has arrived.
        return next({ at: 'confirming', ownerPublicKey }, { type: 'request', publicKey: null });
      }
      break;
    case 'confirming':
      if (event.type === 'confirmed') return bound(state.ownerPublicKey);
      break;
    case 'bound':
    case 'failed':
      break;
  }
  throw new VaultwireError('step-invalid', `binding: ${event.type} does not belong to the state ${state.at}`);
}

function start(expectedOwner: Bytes | null, event: Extract<BindingEvent, { type: 'start' }>): BindingStep {
  const { stored, tokenClientId } = event;
  if (!stored) {
    if (tokenClientId === null) return fail('client-not-bound', 'expected a one-time token or a stored configuration');
    return next({ at: 'generating', expectedOwner }, { type: 'generate-device-key' });
  }
  if (tokenClientId !== null && tokenClientId !== stored.clientId) {
    return fail('client-mismatch', 'the stored configuration belongs to another one-time token');
  }
  if (stored.hasApplicationKey) {
    if (expectedOwner && !(stored.ownerPublicKey && equalBytes(expectedOwner, stored.ownerPublicKey))) {
      return fail('owner-key-unexpected', "the stored application owner's key is not the expected one");
    }
    return bound(stored.ownerPublicKey);
  }
  if (!stored.hasClientKey) {
    return fail('client-not-bound', 'the stored configuration has neither an application key nor a client key');
  }
  return request(expectedOwner, stored.publicKey);
}

function answered(expectedOwner: Bytes | null, event: Extract<BindingEvent, { type: 'answered' }>): BindingStep {
  const { encryptedApplicationKey, ownerPublicKey } = event;
  if (!encryptedApplicationKey) return fail('answer-unexpected', 'answer.encryptedAppKey: expected a value');
  if (!ownerPublicKey) return fail('answer-unexpected', 'answer.appOwnerPublicKey: expected a value');
  if (expectedOwner && !equalBytes(expectedOwner, ownerPublicKey)) {
    return fail('owner-key-unexpected', "answer.appOwnerPublicKey: not the application owner's key that was expected");
  }
  return next({ at: 'opening', ownerPublicKey }, { type: 'open-application-key', encryptedApplicationKey });
}

const next = (state: BindingState, effect: BindingEffect): BindingStep => ({ state, effects: [effect] });

const request = (expectedOwner: Bytes | null, publicKey: Bytes): BindingStep =>
  next({ at: 'requesting', expectedOwner, publicKey }, { type: 'request', publicKey });

const bound = (ownerPublicKey: Bytes | null): BindingStep =>
  next({ at: 'bound', ownerPublicKey }, { type: 'bound', ownerPublicKey });

const fail = (code: ErrorCode, message: string): BindingStep =>
  next({ at: 'failed', code }, { type: 'fail', error: new VaultwireError(code, message) });
