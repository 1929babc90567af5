import { expect, test } from 'vitest';
import { hostRegion, isHost, regionHost } from '../../src/transmission/index.js';

const REGIONS = [
  ['US', 'keepersecurity.com'],
  ['EU', 'keepersecurity.eu'],
  ['AU', 'keepersecurity.com.au'],
  ['CA', 'keepersecurity.ca'],
  ['JP', 'keepersecurity.jp'],
  ['GOV', 'govcloud.keepersecurity.us'],
  ['IL5', 'il5.keepersecurity.us'],
] as const;

test.each(REGIONS)('%s is %s, and the other way round, in any case', (region, host) => {
  expect(regionHost(region)).toBe(host);
  expect(regionHost(region.toLowerCase())).toBe(host);
  expect(hostRegion(host)).toBe(region);
  expect(hostRegion(host.toUpperCase())).toBe(region);
});

test.each(['', 'XX', 'USA', 'constructor', '__proto__', 'keepersecurity.com'])('no region: %j', (name) => {
  expect(regionHost(name)).toBeUndefined();
});

test.each(['', 'US', 'example.com', 'keepersecurity.com.', 'x.keepersecurity.com', 'keepersecurity.com:443'])(
  'no region’s host: %j',
  (host) => {
    expect(hostRegion(host)).toBeUndefined();
  },
);

test.each([
  'a',
  'localhost',
  'example.com',
  'EXAMPLE.com',
  'xn--bcher-kva.example',
  'a-b.c',
  '127.0.0.1',
  '127.0.0.1:8443',
  'localhost:1',
  '[::1]',
  '[2001:db8::1]:65535',
  'a'.repeat(253),
])('a host: %j', (text) => {
  expect(isHost(text)).toBe(true);
  expect(new URL(`https://${text}/path`).host.toLowerCase()).toBe(text.toLowerCase());
});

test.each([
  '',
  '.',
  '.example.com',
  'example.com.',
  '-a.example',
  'a b',
  ' a',
  'a\n',
  'a/b',
  'a/.example.com',
  'a\\b',
  'a?b',
  'a#b',
  'user@example.com',
  'user:password@example.com',
  'example.com:',
  'example.com:port',
  'example.com:123456',
  'example.com:1:2',
  'bücher.example',
  '[::1',
  '::1',
  '[]',
  '[evil.example]',
  'a_b.example',
  'a%2eb',
  'a'.repeat(254),
])('no host: %j', (text) => {
  expect(isHost(text)).toBe(false);
});
