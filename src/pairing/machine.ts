import { VaultwireError } from '../wire/error.js';
import { MAXIMUM_REQUEST_ID_LENGTH } from './messages.js';

/* What the machines of both ends share. */

/** Why a message never became an event of its own. `reflected`: this end sent it itself. */
export type RefusalReason = 'does-not-open' | 'malformed' | 'legacy' | 'reflected';

/** How many messages were refused, by reason. */
export type RefusalCounters = Readonly<Record<RefusalReason, number>>;

export const NO_REFUSALS: RefusalCounters = { 'does-not-open': 0, malformed: 0, legacy: 0, reflected: 0 };

/** @throws VaultwireError `argument-invalid`: every comparison with NaN is false, and nothing would ever be due */
export function assertTime(now: number): void {
  if (!Number.isFinite(now)) throw new VaultwireError('argument-invalid', 'now: expected milliseconds since 1970');
}

/** @throws VaultwireError `argument-invalid` when an id of the caller could not be sent */
export function assertRequestId(requestId: string): void {
  if (requestId.length === 0 || requestId.length > MAXIMUM_REQUEST_ID_LENGTH) {
    throw new VaultwireError('argument-invalid', `request id: expected 1 to ${MAXIMUM_REQUEST_ID_LENGTH} characters`);
  }
}
