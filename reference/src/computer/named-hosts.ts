import { createHash } from 'node:crypto';
import type { HostProof } from './key-exchange.js';

/** How many connections that wait for their login are remembered; the oldest go first. */
const MAXIMUM_HOSTS = 64;

/** What `ssh-proxy` knows of a connection. */
export interface NamedHost {
  readonly names: readonly string[];
  /** The command line that connects. */
  readonly command?: string;
}

/**
 * The names of hosts by what they proved. A host's signature is over one session's id, so that a proof belongs to one
 * connection alone.
 */
export class NamedHosts {
  readonly #hosts = new Map<string, NamedHost>();

  add(proof: HostProof, host: NamedHost): void {
    this.#hosts.set(keyOf(proof), host);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= MAXIMUM_HOSTS) break;
      this.#hosts.delete(oldest);
    }
  }

  find(proof: HostProof): NamedHost | undefined {
    return this.#hosts.get(keyOf(proof));
  }
}

const keyOf = ({ hostKey, signature }: HostProof): string =>
  `${createHash('sha256').update(hostKey).digest('hex')}.${createHash('sha256').update(signature).digest('hex')}`;
