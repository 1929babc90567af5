import { createHash, randomBytes } from 'node:crypto';
import { SessionToken } from 'vaultwire/transmission/account';

/** How many bytes a session token has. */
const TOKEN_LENGTH = 32;

/** Who a session token stands for. */
export interface Session {
  readonly accountUid: string;
  /** In lower case, as accounts are found by it. */
  readonly username: string;
}

/** How long sessions last, and how many there are. */
export interface SessionsOptions {
  /** How long a session lasts that nobody uses, in milliseconds. Default 30 minutes. */
  readonly idleMilliseconds?: number;
  /** How many are kept; the one that was used longest ago ends first. Default 1000. */
  readonly capacity?: number;
}

/** The sessions that are open, in memory: all end with the server. It keeps no token, only what one hashes to. */
export class Sessions {
  readonly #idleMilliseconds: number;
  readonly #capacity: number;
  // Insertion order is the order of the last use, as every use puts its session at the end again.
  readonly #sessions = new Map<string, Session & { readonly lastUse: number }>();

  constructor(options: SessionsOptions = {}) {
    this.#idleMilliseconds = options.idleMilliseconds ?? 30 * 60_000;
    this.#capacity = options.capacity ?? 1000;
  }

  /**
   * Opens a session.
   *
   * @param now milliseconds, from any clock that does not go back
   * @returns its token, 32 bytes
   */
  begin({ accountUid, username }: Session, now: number): SessionToken {
    const token = new SessionToken(randomBytes(TOKEN_LENGTH));
    this.#sessions.set(hashOf(token), { accountUid, username, lastUse: now });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#capacity) break;
      this.#sessions.delete(oldest);
    }
    return token;
  }

  /** The session of a token, if it is open. Looking keeps none open. @param now as for {@link Sessions.begin} */
  find(token: SessionToken, now: number): Session | undefined {
    const hash = hashOf(token);
    const session = this.#sessions.get(hash);
    if (!session) return undefined;
    if (now - session.lastUse < this.#idleMilliseconds) return session;
    this.#sessions.delete(hash);
    return undefined;
  }

  /** Keeps the session of a token open for longer. @param now as for {@link Sessions.begin} */
  use(token: SessionToken, now: number): void {
    const session = this.find(token, now);
    if (!session) return;
    const hash = hashOf(token);
    this.#sessions.delete(hash);
    this.#sessions.set(hash, { ...session, lastUse: now });
  }
}

/** How long a comparison of hashes takes says nothing of the tokens. */
const hashOf = (token: SessionToken): string => createHash('sha256').update(token.exportSecretBytes()).digest('base64');
