import { toHex } from '../runner/bytes.js';
import { acceptable, invalid, json, note, valid, type FileDefinition, type TestDefinition } from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import { b64, b64url, bytes, pair } from './forge.js';
import { nonCanonical } from './transmission.js';

const REGIONS = ['US', 'EU', 'AU', 'CA', 'JP', 'GOV', 'IL5'];
const serverKey = pair('token server');

/** A secret whose base64url holds both symbols that base64 writes otherwise. */
const withSymbols = (() => {
  for (let index = 0; ; index++) {
    const secret = bytes(`token with symbols ${index}`, 32);
    if (b64url(secret).includes('-') && b64url(secret).includes('_')) return secret;
  }
})();

function readTests(): TestDefinition[] {
  let count = 0;
  const secret = (): string => b64url(bytes(`token ${++count}`, 32));
  const fixed = b64url(bytes('token fixed', 32));
  const point = b64url(serverKey.publicKey);
  const read = (token: string, host?: string): TestDefinition['inputs'] => ({
    token,
    ...(host !== undefined && { host }),
  });
  const refused = (flag: string, comment: string, token: string, host?: string): TestDefinition =>
    invalid(flag, comment, 'token-invalid', read(token, host));
  const host = (name: string): TestDefinition => refused('InvalidHost', `the host ${json(name)}`, `${name}:${fixed}`);
  return [
    ...REGIONS.map((region) => valid('Region', `region ${region}`, read(`${region}:${secret()}`))),
    valid('Region', 'a region in lower case', read(`eu:${secret()}`)),
    valid('Region', 'a region in mixed case', read(`Gov:${secret()}`)),
    valid('CustomHost', 'a host', read(`vault.example.com:${secret()}`)),
    valid('CustomHost', 'the host of a region', read(`keepersecurity.eu:${secret()}`)),
    valid('CustomHost', 'a host in upper case', read(`Vault.Example.COM:${secret()}`)),
    valid('CustomHost', 'a host with hyphens and digits', read(`dev-2.vault-01.example.co.uk:${secret()}`)),
    valid('CustomHost', 'a host without a dot', read(`localhost:${secret()}`)),
    valid('CustomHost', 'an IPv4 address', read(`192.0.2.7:${secret()}`)),
    valid('CustomHost', 'a name that is no region', read(`UK:${secret()}`)),
    valid('BareToken', 'the host is given beside it', read(secret(), 'vault.example.com')),
    valid('BareToken', 'a host and a port are given beside it', read(secret(), '127.0.0.1:8443')),
    valid(
      'BareToken',
      "the token's own region goes before the host beside it",
      read(`JP:${secret()}`, 'vault.example.com'),
    ),
    valid('FourParts', 'a server key', read(`IL5:${secret()}:20:${point}`)),
    valid('FourParts', 'a server key with the id 1', read(`IL5:${secret()}:1:${point}`)),
    valid('FourParts', 'the region in lower case', read(`il5:${secret()}:20:${point}`)),
    valid('Symbols', 'a hyphen and an underscore in the secret', read(`US:${b64url(withSymbols)}`)),
    valid('Symbols', 'a secret of zeros', read(`US:${'A'.repeat(43)}`)),
    acceptable('TokenVariant', 'white space around it, as pasting leaves it', read(` US:${secret()}\n`)),
    acceptable('TokenVariant', 'the secret in base64', read(`US:${b64(withSymbols).replace('=', '')}`)),
    acceptable('TokenVariant', 'the secret with padding', read(`US:${secret()}=`)),

    refused('MissingPart', 'nothing', ''),
    refused('MissingPart', 'white space', '   '),
    refused('MissingPart', 'no host anywhere', fixed),
    refused('MissingPart', 'a region alone', 'US'),
    refused('MissingPart', 'a region and no secret', 'US:'),
    refused('MissingPart', 'a secret and no region', `:${fixed}`),
    refused('WrongSecretLength', 'a secret of 31 bytes', `US:${b64url(bytes('token', 31))}`),
    refused('WrongSecretLength', 'a secret of 33 bytes', `US:${b64url(bytes('token', 33))}`),
    refused('WrongSecretLength', 'a secret of 16 bytes', `US:${b64url(bytes('token', 16))}`),
    refused('WrongSecretLength', 'a secret of 64 bytes', `US:${b64url(bytes('token', 64))}`),
    refused('WrongSecretLength', 'a secret in hexadecimal', `US:${toHex(bytes('token', 32))}`),
    refused('WrongSecretLength', 'the last character is missing', `US:${fixed.slice(0, -1)}`),
    refused('InvalidSecret', 'a character that is not of base64', `US:!${fixed.slice(1)}`),
    refused('InvalidSecret', 'a space inside', `US:${fixed.slice(0, 20)} ${fixed.slice(20)}`),
    refused('InvalidSecret', 'bits after the last byte', `US:${nonCanonical(fixed)}`),
    refused('InvalidSecret', 'two padding signs', `US:${fixed}==`),
    refused('InvalidSecret', 'a letter of another alphabet that looks alike', `US:А${fixed.slice(1)}`),
    host(''),
    host(' '),
    host('vault example.com'),
    host('vault.example.com/path'),
    host('user@vault.example.com'),
    host('vault.example.com?'),
    host('vault.example.com#'),
    host('vault.example.com\\'),
    host('-vault.example.com'),
    host('vault.example.com.'),
    host('vault_1.example.com'),
    host('bücher.example'),
    host('vault.example.com\r\nX-Injected'),
    host('a'.repeat(254)),
    refused('InvalidHost', 'a path in the host beside it', fixed, 'vault.example.com/path'),
    refused('InvalidHost', 'a scheme in the host beside it', fixed, 'https://vault.example.com'),
    refused('InvalidHost', 'a port that is no number', fixed, 'vault.example.com:https'),
    refused('WrongPartCount', 'a host with a port is three parts', `vault.example.com:8443:${fixed}`),
    refused('WrongPartCount', 'three parts: the server key is missing', `IL5:${fixed}:20`),
    refused('WrongPartCount', 'five parts', `IL5:${fixed}:20:${point}:1`),
    refused('WrongPartCount', 'a colon at the end', `US:${fixed}:`),
    refused('WrongPartCount', 'four parts in another region', `US:${fixed}:20:${point}`),
    refused('WrongPartCount', 'four parts with a host', `vault.example.com:${fixed}:20:${point}`),
    ...['0', '-1', '07', '', 'x', '1.5', '9999999999'].map((id) =>
      refused('InvalidServerKey', `the server key id ${json(id)}`, `IL5:${fixed}:${id}:${point}`),
    ),
    refused(
      'InvalidServerKey',
      'a server key of 64 bytes',
      `IL5:${fixed}:20:${b64url(serverKey.publicKey.subarray(1))}`,
    ),
    refused(
      'CompressedPoint',
      'a compressed server key',
      `IL5:${fixed}:20:${b64url(Uint8Array.of(2, ...serverKey.publicKey.subarray(1, 33)))}`,
    ),
    refused('InvalidServerKey', 'a server key that is no base64', `IL5:${fixed}:20:(key)`),
    refused('InvalidServerKey', 'no server key', `IL5:${fixed}:20:`),
    refused('OversizedToken', '513 characters, most of them white space', `US:${fixed}`.padEnd(513)),
    ...badPoints(serverKey)
      .filter(({ point }) => point.length === 65)
      .map((bad) => refused(bad.flag, `server key: ${bad.comment}`, `IL5:${fixed}:20:${b64url(bad.point)}`)),
  ];
}

function makeTests(): TestDefinition[] {
  let count = 0;
  const make = (host: string, key = false): TestDefinition['inputs'] => ({
    host,
    secret: toHex(bytes(`token made ${++count}`, 32)),
    ...(key && { serverKey: { id: 20, publicKey: toHex(serverKey.publicKey) } }),
  });
  return [
    ...REGIONS.map((region) => valid('Region', `region ${region}`, make(region))),
    valid('Region', 'the host of a region', make('keepersecurity.com.au')),
    valid('CustomHost', 'a host', make('vault.example.com')),
    valid('CustomHost', 'a host in upper case', make('VAULT.Example.com')),
    valid('BareToken', 'a host with a port, which the token cannot name', make('localhost:8443')),
    valid('FourParts', 'a server key', make('IL5', true)),
    valid('FourParts', 'a server key and the host of that region', make('il5.keepersecurity.us', true)),
    valid('FourParts', 'a server key of another region goes beside the token', make('US', true)),
    valid('FourParts', 'a server key of a host goes beside the token', make('vault.example.com', true)),
    invalid('InvalidHost', 'a path in the host', 'token-invalid', make('vault.example.com/x')),
    invalid('InvalidHost', 'no host', 'token-invalid', make('')),
  ];
}

export const oneTimeTokenFile: FileDefinition = {
  file: 'one-time-token.json',
  algorithm: 'One-time access token',
  header: [
    'OneTimeTokenRead: what a token says. `host` of a test is the host that is given beside the token.',
    'OneTimeTokenMake: the token of a secret. ClientId: the client id of a secret, all that a server learns of it.',
  ],
  notes: {
    Normal: note('BASIC', 'Ordinary input.'),
    Region: note('FUNCTIONALITY', 'The token names a region.'),
    CustomHost: note('FUNCTIONALITY', 'The token names a host.'),
    BareToken: note('FUNCTIONALITY', 'The token is the secret alone.'),
    FourParts: note('FUNCTIONALITY', 'The token brings a server key and its id, which only tokens of IL5 do.'),
    Symbols: note('EDGE_CASE', 'The secret has an unusual value.'),
    TokenVariant: note(
      'CAN_OF_WORMS',
      'A spelling that no maker of tokens writes, and that readers in the field take.',
    ),
    MissingPart: note('MODIFIED_PARAMETER', 'The host or the secret is missing.'),
    WrongSecretLength: note('WEAK_PARAMS', 'The secret is not 32 bytes long.'),
    InvalidSecret: note('MODIFIED_PARAMETER', 'The secret is no base64url.'),
    InvalidHost: note(
      'AUTH_BYPASS',
      'What stands for the host is no host name.',
      'It becomes part of a URL: with a slash, an at sign or a line break inside, the request goes elsewhere.',
    ),
    WrongPartCount: note('MODIFIED_PARAMETER', 'The token does not have the parts of its kind.'),
    InvalidServerKey: note(
      'MODIFIED_PARAMETER',
      'The server key is no point of 65 bytes, or its id no positive whole number.',
    ),
    ...INVALID_POINT_NOTES,
    OversizedToken: note('DENIAL_OF_SERVICE', 'The token is longer than 512 characters.'),
  },
  groups: [
    { type: 'OneTimeTokenRead', shared: {}, tests: readTests() },
    { type: 'OneTimeTokenMake', shared: {}, tests: makeTests() },
    {
      type: 'ClientId',
      shared: {},
      tests: [
        ...[1, 2, 3, 4].map((index) =>
          valid('Normal', `secret ${index}`, { clientKey: toHex(bytes(`client id ${index}`, 32)) }),
        ),
        valid('Symbols', 'a secret of zeros', { clientKey: '00'.repeat(32) }),
        valid('Symbols', 'a secret of ones', { clientKey: 'ff'.repeat(32) }),
        ...[0, 16, 31, 33, 64].map((length) =>
          invalid('WrongSecretLength', `${length} bytes`, 'length-invalid', {
            clientKey: toHex(bytes('client id', length)),
          }),
        ),
      ],
    },
  ],
};
