/** What peers write above their signatures. */
const COMMENT = 'Created with Krypton';

/** An OpenPGP signature packet as text (RFC 4880 section 6), the way the protocol's peers write it. */
export const armorSignature = (packet: Uint8Array): string => armor('SIGNATURE', packet);

/** The packets of an OpenPGP public key as text (RFC 4880 section 6). */
export const armorPublicKey = (packets: Uint8Array): string => armor('PUBLIC KEY BLOCK', packets);

function armor(title: string, packets: Uint8Array): string {
  const body = Buffer.from(packets)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  const checksum = Buffer.alloc(3);
  checksum.writeUIntBE(crc24(packets), 0, 3);
  return [
    `-----BEGIN PGP ${title}-----`,
    `Comment: ${COMMENT}`,
    '',
    body,
    `=${checksum.toString('base64')}`,
    `-----END PGP ${title}-----`,
    '',
  ].join('\n');
}

/** RFC 4880 section 6.1. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc;
}

/** What gpg says of a signature that it made. */
export interface SignatureSummary {
  readonly type: number;
  readonly publicKeyAlgorithm: number;
  readonly hashAlgorithm: number;
  /** Seconds since 1970. */
  readonly created: number;
  /** Upper-case hex; empty when the signature does not tell. */
  readonly fingerprint: string;
}

/** Reads a signature packet, version 4 (RFC 4880 section 5.2.3), or returns undefined for anything else. */
export function summarizeSignature(packet: Uint8Array): SignatureSummary | undefined {
  const body = packetBody(Buffer.from(packet));
  if (body === undefined || body.length < 6 || body[0] !== 4) return undefined;
  const end = 6 + body.readUInt16BE(4);
  if (end > body.length) return undefined;
  let [created, fingerprint] = [0, ''];
  for (let offset = 6; offset < end;) {
    const [header, length] = lengthAt(body, offset);
    offset += header;
    if (length === 0 || offset + length > end) return undefined;
    const subpacket = body.subarray(offset, offset + length);
    if (((subpacket[0] ?? 0) & 0x7f) === 2 && length === 5) created = subpacket.readUInt32BE(1);
    if (((subpacket[0] ?? 0) & 0x7f) === 33 && length > 2) fingerprint = subpacket.toString('hex', 2).toUpperCase();
    offset += length;
  }
  const [, type = 0, publicKeyAlgorithm = 0, hashAlgorithm = 0] = body;
  return { type, publicKeyAlgorithm, hashAlgorithm, created, fingerprint };
}

/** Of exactly one signature packet, in the old or the new format (RFC 4880 section 4.2). */
function packetBody(packet: Buffer): Buffer | undefined {
  const tag = packet[0] ?? 0;
  if ((tag & 0xc0) === 0xc0 && (tag & 0x3f) === 2 && packet.length > 1) {
    const [header, length] = lengthAt(packet, 1);
    return packet.length === 1 + header + length ? packet.subarray(1 + header) : undefined;
  }
  const width = [1, 2, 4][tag & 3];
  if ((tag & 0xfc) !== 0x88 || width === undefined || packet.length < 1 + width) return undefined;
  return packet.length === 1 + width + packet.readUIntBE(1, width) ? packet.subarray(1 + width) : undefined;
}

/** How many bytes tell the length, and the length; [1, 0] where the bytes end before they have told it. */
function lengthAt(bytes: Buffer, offset: number): readonly [header: number, length: number] {
  const first = bytes[offset] ?? 0;
  if (first < 192) return [1, first];
  if (first < 255) return [2, ((first - 192) << 8) + (bytes[offset + 1] ?? 0) + 192];
  return offset + 5 <= bytes.length ? [5, bytes.readUInt32BE(offset + 1)] : [1, 0];
}
