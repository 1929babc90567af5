/**
 * Every code that a {@link VaultwireError} can carry. Codes are stable: callers may switch on them.
 *
 * They fall into four families: what the caller did wrong, bytes that do not decode, cryptography that refused,
 * and what the other end of a conversation did or said.
 */
export type ErrorCode =
  // misuse by the caller
  | 'argument-invalid'
  | 'key-not-extractable'
  | 'public-key-required'
  | 'suite-unsupported'
  | 'step-invalid'
  // bytes and documents from outside that do not decode
  | 'base64-invalid'
  | 'utf8-invalid'
  | 'json-invalid'
  | 'json-too-deep'
  | 'json-duplicate-key'
  | 'der-invalid'
  | 'pem-invalid'
  | 'protobuf-invalid'
  | 'field-invalid'
  | 'field-missing'
  | 'length-invalid'
  | 'message-too-short'
  | 'message-too-long'
  | 'uid-invalid'
  | 'token-invalid'
  | 'configuration-invalid'
  // cryptography that refused
  | 'key-invalid'
  | 'point-invalid'
  | 'open-failed'
  | 'signature-invalid'
  | 'parameter-out-of-range'
  // the conversation
  | 'header-invalid'
  | 'server-key-unknown'
  | 'server-key-rejected'
  | 'server-key-loop'
  | 'server-key-rollback'
  | 'hybrid-required'
  | 'router-refused'
  | 'region-unknown'
  | 'redirect-loop'
  | 'throttled'
  | 'request-rejected'
  | 'request-failed'
  | 'request-timeout'
  | 'request-canceled'
  | 'queue-full'
  | 'pairing-ended'
  | 'answer-unexpected'
  | 'request-replayed'
  | 'client-unknown'
  | 'client-expired'
  | 'client-not-bound'
  | 'client-mismatch'
  | 'token-used'
  | 'token-expired'
  | 'second-public-key'
  | 'address-refused'
  | 'user-key-unexpected'
  | 'wrap-refused'
  | 'worker-failed'
  | 'owner-key-changed'
  | 'owner-key-unexpected'
  | 'key-missing'
  | 'parent-missing'
  | 'parent-loop'
  | 'duplicate-uid'
  | 'record-missing'
  | 'swap-suspected'
  | 'rollback-suspected'
  | 'url-refused'
  | 'upload-failed'
  | 'download-failed'
  | 'channel-failed'
  | 'revision-conflict'
  | 'rotation-pending'
  | 'no-rotation-pending'
  | 'not-found'
  | 'not-permitted';

/**
 * The one error class of this library. `code` is stable and machine-readable, `message` names the field and what
 * was expected, and neither ever holds key material or plaintext.
 */
export class VaultwireError extends Error {
  override readonly name = 'VaultwireError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Tells whether a value is a {@link VaultwireError}, also when it comes from another copy of this package
 * (where `instanceof` would say no).
 */
export function isVaultwireError(value: unknown): value is VaultwireError {
  return value instanceof Error && value.name === 'VaultwireError' && 'code' in value;
}
