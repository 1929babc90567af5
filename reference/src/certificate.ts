import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both PEM, as `node:https` takes them. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Makes a self-signed certificate for a server on this machine: P-256, for `localhost`, 127.0.0.1, ::1 and the host
 * given. Valid from a day before `now`, for clocks that differ, to 397 days after, the most that browsers accept.
 *
 * @param options.host the name or address that the server is bound to
 * @param options.now milliseconds since 1970
 */
export async function makeCertificate(options: {
  readonly host: string;
  readonly now: number;
}): Promise<ServerCertificate> {
  // Loaded here, as its dependency container patches the global Reflect: whoever brings a certificate is spared it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = new Set(['localhost', '127.0.0.1', '::1']);
  // An address that stands for every interface is nobody's name.
  if (options.host !== '0.0.0.0' && options.host !== '::') names.add(options.host);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=vaultwire serve',
      notBefore: new Date(options.now - DAY),
      notAfter: new Date(options.now + 397 * DAY),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          [...names].map((value) => ({ type: isIP(value) !== 0 ? ('ip' as const) : ('dns' as const), value })),
        ),
      ],
    },
    webcrypto as Crypto,
  );
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: `${certificate.toString('pem').trim()}\n`,
    privateKey: `${x509.PemConverter.encode(privateKey, 'PRIVATE KEY').trim()}\n`,
  };
}
