import { describe, expect, test } from 'vitest';
import { assertFileUrl } from '../../src/keychain/index.js';
import { refused } from '../support/refused.js';

describe('the URL of a file', () => {
  test.each([
    'https://files.example/a?b=c#d',
    'https://files.example:8443/',
    'HTTPS://FILES.example/',
    'https://1.1.1.1/',
    'https://9.255.255.255/',
    'https://11.0.0.0/',
    'https://100.63.255.255/',
    'https://100.128.0.0/',
    'https://126.255.255.255/',
    'https://99.100.0.1/',
    'https://101.100.0.1/',
    'https://128.0.0.0/',
    'https://169.253.0.1/',
    'https://169.255.0.1/',
    'https://172.15.0.1/',
    'https://172.32.0.1/',
    'https://168.254.0.1/',
    'https://171.16.0.1/',
    'https://192.1.0.1/',
    'https://192.167.0.1/',
    'https://192.169.0.1/',
    'https://191.168.0.1/',
    'https://198.17.0.1/',
    'https://198.20.0.1/',
    'https://197.18.0.1/',
    'https://223.255.255.255/',
    'https://[2606:4700::1111]/',
    'https://[3000::1]/',
    'https://[2001:4860:4860::8888]/',
    'https://localhost.example/',
    'https://mylocalhost.example/',
    'https://notlocal.example/',
  ])('is taken: %s', (text) => {
    expect(assertFileUrl(text).href).toBe(new URL(text).href);
  });

  test.each([
    ['relative', '/file'],
    ['empty', ''],
    ['no URL', 'https://'],
    ['http', 'http://files.example/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,x'],
    ['javascript', 'javascript:alert(1)'],
    ['WebSocket', 'wss://files.example/'],
    ['a user', 'https://user@files.example/'],
    ['a password', 'https://:password@files.example/'],
    ['both', 'https://user:password@files.example/'],
  ])('is refused whatever the policy: %s', async (_, text) => {
    await refused('url-refused', () => assertFileUrl(text, { allowPrivateAddresses: true }));
  });

  test.each([
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://localhost../',
    'https://a.localhost/',
    'https://printer.local/',
    'https://vault.internal/',
    'https://nas.home.arpa/',
    'https://intranet/',
    'https://intranet./',
    'https://0.0.0.0/',
    'https://0.1.2.3/',
    'https://10.0.0.1/',
    'https://10.255.255.255/',
    'https://100.64.0.1/',
    'https://100.127.255.255/',
    'https://127.0.0.1/',
    'https://127.255.255.255/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://１２７.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.168.0.1/',
    'https://198.18.0.1/',
    'https://198.19.255.255/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[4000::1]/',
    'https://[200::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001::1]/',
    'https://[2001:0:7f00:1::]/',
    'https://[2001:db8::1]/',
  ])('is private and refused, unless the caller allows it: %s', async (text) => {
    const error = await refused('url-refused', () => assertFileUrl(text));
    expect(error.message).toContain('private');
    expect(assertFileUrl(text, { allowPrivateAddresses: true }).href).toBe(new URL(text).href);
    await refused('url-refused', () => assertFileUrl(text, { allowPrivateAddresses: false }));
  });

  test('is on one of the hosts that the caller names, and on no other', async () => {
    const policy = { allowedHosts: ['files.example', 'localhost'] };
    expect(assertFileUrl('https://files.example:8443/a', policy).pathname).toBe('/a');
    expect(assertFileUrl('https://FILES.EXAMPLE/a', policy).pathname).toBe('/a');
    for (const text of ['https://x.files.example/', 'https://files.example.evil/', 'https://evil.example/']) {
      const error = await refused('url-refused', () => assertFileUrl(text, policy));
      expect(error.message).toContain('allowed hosts');
    }
    await refused('url-refused', () => assertFileUrl('https://localhost/', policy));
    await refused('url-refused', () => assertFileUrl('https://files.example/', { allowedHosts: [] }));
  });

  test('an error does not repeat the URL, which may hold a signature', async () => {
    const error = await refused('url-refused', () => assertFileUrl('http://files.example/?signature=abc'));
    expect(error.message).not.toContain('abc');
    expect(error.cause).toBeUndefined();
  });
});
