import { VaultwireError } from '../wire/error.js';

/** What a server may name as the place of a file. */
export interface FileUrlPolicy {
  /** Only these hosts (names without a port). Default any public one. */
  readonly allowedHosts?: readonly string[];
  /** Also loopback and private addresses, for a backend on one's own machine. Default false. */
  readonly allowPrivateAddresses?: boolean;
}

/**
 * Checks a URL that a server gave for a file, before anything is sent there: https, no credentials inside, no loopback,
 * link-local or private address, and one of the allowed hosts where the caller names any. A public name that resolves
 * to a private address is not seen here: only whoever opens the connection can check that.
 *
 * @returns the URL, parsed
 * @throws VaultwireError `url-refused`
 */
export function assertFileUrl(text: string, policy: FileUrlPolicy = {}): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused('expected an absolute URL');
  }
  if (url.protocol !== 'https:') throw refused('expected https');
  if (url.username !== '' || url.password !== '') throw refused('expected no credentials inside');
  if (policy.allowPrivateAddresses !== true && isPrivateHost(url.hostname)) {
    throw refused('private and loopback addresses are not allowed');
  }
  if (policy.allowedHosts && !policy.allowedHosts.includes(url.hostname)) throw refused('not one of the allowed hosts');
  return url;
}

/** The URL parser has normalized the host: decimal, octal and hexadecimal IPv4 forms all come out dotted. */
function isPrivateHost(host: string): boolean {
  const name = host.replace(/\.+$/, '');
  if (name.startsWith('[')) return isPrivateIpv6(name.slice(1, -1));
  const octets = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (octets) return isPrivateIpv4(Number(octets[1]), Number(octets[2]));
  // A name without a dot is one of the local network.
  return !name.includes('.') || /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/.test(name);
}

/** Special-purpose addresses (IANA registry, RFC 6890), by their first two octets. */
function isPrivateIpv4(first: number, second: number): boolean {
  return (
    first === 0 ||
    first === 10 ||
    first === 127 ||
    first >= 224 ||
    (first === 100 && second >= 64 && second <= 127) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && (second === 168 || second === 0)) ||
    (first === 198 && (second === 18 || second === 19))
  );
}

/** Only global unicast (2000::/3) is public, and of that not the ranges that carry an IPv4 address inside. */
function isPrivateIpv6(address: string): boolean {
  return !/^[23][\da-f]{3}:/.test(address) || /^(?:2002:|2001:(?:0:|:|db8:))/.test(address);
}

const refused = (expectation: string): VaultwireError => new VaultwireError('url-refused', `file URL: ${expectation}`);
