import { VaultwireError } from '../wire/error.js';
import { MAXIMUM_REQUEST_ID_LENGTH } from './messages.js';

/* What the machines of both ends share. */

/** Why a message never became an event of its own. `reflected`: this end sent it itself. */
export type RefusalReason = 'does-not-open' | 'malformed' | 'legacy' | 'reflected';

/** How many messages were refused, by reason. */
export type RefusalCounters = Readonly<Record<RefusalReason, number>>;

export const NO_REFUSALS: RefusalCounters = { 'does-not-open': 0, malformed: 0, legacy: 0, reflected: 0 };

/** What the states of both machines have. */
export interface MachineState {
  readonly counters: { readonly refused: RefusalCounters; readonly duplicates: number };
  /** When the last step was made, in milliseconds since 1970. */
  readonly now: number;
}

/** The events that both machines know. */
export type SharedEvent = { readonly now: number } & (
  | /** A message that did not become an event of its own. */ {
      readonly type: 'refused';
      readonly reason: RefusalReason;
    }
  | /** Time has passed. */ { readonly type: 'tick' }
);

/** A state as it is at `now`. A clock that was turned back must not make anything wait longer. */
export function stateAt<State extends MachineState>(
  state: State,
  now: number,
  shifted: (state: State, shift: number) => State,
): State {
  const shift = Math.min(0, now - state.now);
  return { ...(shift === 0 ? state : shifted(state, shift)), now };
}

/** One refused message more. */
export function countRefused<Counters extends MachineState['counters']>(
  counters: Counters,
  reason: RefusalReason,
): Counters {
  return { ...counters, refused: { ...counters.refused, [reason]: counters.refused[reason] + 1 } };
}

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
