import { VaultwireError } from 'vaultwire';
import { ReplayWindow, type ReplayWindowOptions } from 'vaultwire/transmission';

/**
 * Which requests came before. Those that were throttled are remembered apart, as they would push out what was answered.
 * Forgotten they must not be: one that is sent again would count for its client once more, or be answered under another
 * command, which is in no signature. A client that waits makes a new request.
 */
export class Replays {
  readonly #answered: ReplayWindow;
  readonly #throttled: ReplayWindow;

  constructor(options?: ReplayWindowOptions) {
    this.#answered = new ReplayWindow(options);
    this.#throttled = new ReplayWindow(options);
  }

  /**
   * @param name what brought the identifier, in the error message
   * @throws VaultwireError `request-replayed`
   */
  assertNew(identifier: Uint8Array, now: number, name: string): void {
    if (this.#answered.has(identifier, now) || this.#throttled.has(identifier, now)) {
      throw new VaultwireError('request-replayed', `${name}: this request was seen before`);
    }
  }

  /** Remembers a request that is new. @param passed whether the throttle let it pass */
  remember(identifier: Uint8Array, now: number, passed: boolean): void {
    (passed ? this.#answered : this.#throttled).admit(identifier, now);
  }
}
