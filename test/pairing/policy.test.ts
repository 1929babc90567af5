import { describe, expect, test } from 'vitest';
import {
  checkPins,
  isCovered,
  isHostName,
  MAXIMUM_POLICIES,
  mayRemember,
  normalizeHostName,
  POLICY_MILLISECONDS,
  remember,
  type ConsentSubject,
  type LoginSubject,
  type Policy,
} from '../../src/pairing/policy.js';
import { filled, signCommit } from './requests.js';

const NOW = 1_700_000_000_000;
const known: LoginSubject = {
  kind: 'ssh-login',
  user: 'ada',
  algorithm: 'ssh-ed25519',
  hostVerified: true,
  hostKey: filled(1),
  hostNames: [{ name: 'example.com', pinned: true }],
};
const commit = (userId: string): ConsentSubject => {
  const body = signCommit(userId);
  if (body.kind !== 'git-sign' || body.content.type !== 'commit') throw new Error('expected a commit');
  return { kind: 'git-commit', userId, content: body.content };
};
const signature = (namespace: string): ConsentSubject => ({
  kind: 'ssh-signature',
  namespace,
  hashAlgorithm: 'sha256',
  hash: filled(2),
});
const tag = (userId: string): ConsentSubject => ({
  kind: 'git-tag',
  userId,
  content: { type: 'tag', object: 'o', objectType: 'commit', tag: 't', tagger: 'a', message: filled(1) },
});

describe('what a policy covers', () => {
  const covered = (policies: readonly Policy[], subject: ConsentSubject, now = NOW): boolean =>
    isCovered(policies, [], subject, now);
  const similar: [ConsentSubject, ConsentSubject][] = [
    [known, { ...known, user: 'eve' }],
    [known, { ...known, hostKey: filled(2) }],
    [commit('Ada'), commit('Eve')],
    [tag('Ada'), tag('Eve')],
    [signature('git'), signature('file')],
    [
      { kind: 'u2f-authenticate', appId: 'https://a' },
      { kind: 'u2f-authenticate', appId: 'https://b' },
    ],
    [
      { kind: 'u2f-register', appId: 'https://a' },
      { kind: 'u2f-register', appId: 'https://b' },
    ],
  ];

  test.each(similar)('this, and nothing similar: $kind', (subject, other) => {
    const policies = remember([], subject, 'this', NOW);
    expect(covered(policies, subject)).toBe(true);
    expect(covered(policies, other)).toBe(false);
    const all = remember([], subject, 'kind', NOW);
    expect(covered(all, subject)).toBe(true);
    expect(covered(all, other)).toBe(true);
  });

  test('nothing of another kind, though it is about the same', () => {
    const subjects: ConsentSubject[] = [
      known,
      commit('x'),
      tag('x'),
      signature('x'),
      { kind: 'u2f-authenticate', appId: 'x' },
      { kind: 'u2f-register', appId: 'x' },
      { kind: 'hosts' },
    ];
    for (const scope of ['this', 'kind'] as const) {
      for (const subject of subjects) {
        const policies = remember([], subject, scope, NOW);
        expect(subjects.filter((other) => covered(policies, other))).toEqual([subject]);
      }
    }
  });

  test('from its beginning until its end, 3 hours later', () => {
    const policies = remember([], commit('Ada'), 'this', NOW);
    expect(POLICY_MILLISECONDS).toBe(10_800_000);
    expect(covered(policies, commit('Ada'), NOW - 1)).toBe(false);
    expect(covered(policies, commit('Ada'), NOW + POLICY_MILLISECONDS - 1)).toBe(true);
    expect(covered(policies, commit('Ada'), NOW + POLICY_MILLISECONDS)).toBe(false);
  });

  test('no login to a host that is not verified, not named, or not pinned under each of its names', () => {
    const hostNames = [...known.hostNames, { name: 'other', pinned: false }];
    const { hostKey, ...unknown } = known;
    expect(hostKey).toHaveLength(32);
    const policies = [...remember([], known, 'this', NOW), ...remember([], known, 'kind', NOW)];
    for (const subject of [
      { ...known, hostVerified: false },
      { ...unknown, hostVerified: false },
      { ...known, hostNames: [] },
      { ...known, hostNames },
    ]) {
      expect(covered(policies, subject)).toBe(false);
      expect(isCovered(policies, ['ssh-login'], subject, NOW)).toBe(false);
    }
    expect(isCovered([], ['ssh-login'], known, NOW)).toBe(true);
  });

  test('kinds that are never asked about', () => {
    expect(isCovered([], ['git-commit', 'hosts'], commit('Ada'), NOW)).toBe(true);
    expect(isCovered([], ['git-commit', 'hosts'], tag('Ada'), NOW)).toBe(false);
  });
});

describe('what is remembered', () => {
  test('no login to a host that is not verified, or has no name', () => {
    expect(mayRemember(known)).toBe(true);
    expect(mayRemember(commit('Ada'))).toBe(true);
    for (const subject of [
      { ...known, hostVerified: false },
      { ...known, hostNames: [] },
    ]) {
      expect(mayRemember(subject)).toBe(false);
      expect(remember([], subject, 'this', NOW)).toEqual([]);
      expect(remember([], subject, 'kind', NOW)).toEqual([]);
    }
  });

  test('what is needed to know it again, and nothing else', () => {
    const times = { from: NOW, until: NOW + POLICY_MILLISECONDS };
    expect(remember([], known, 'kind', NOW)).toEqual([{ ...times, scope: 'kind', kind: 'ssh-login' }]);
    expect(remember([], known, 'this', NOW)).toEqual([
      { ...times, scope: 'this', kind: 'ssh-login', user: 'ada', hostKey: filled(1) },
    ]);
    expect(remember([], commit('Ada'), 'this', NOW)).toEqual([
      { ...times, scope: 'this', kind: 'git-commit', about: 'Ada' },
    ]);
  });

  test('the same approval again replaces the one before', () => {
    const first = remember([], commit('Ada'), 'this', NOW);
    const later = remember(remember(first, commit('Eve'), 'this', NOW), commit('Ada'), 'this', NOW + 1000);
    expect(later.map((policy) => ('about' in policy ? [policy.about, policy.from] : []))).toEqual([
      ['Eve', NOW],
      ['Ada', NOW + 1000],
    ]);
    expect(remember(later, commit('Ada'), 'kind', NOW + 1000)).toHaveLength(3);
  });

  test('nothing that has run out', () => {
    const first = remember([], commit('Ada'), 'this', NOW);
    expect(remember(first, commit('Eve'), 'this', NOW + POLICY_MILLISECONDS)).toHaveLength(1);
    expect(remember(first, commit('Eve'), 'this', NOW + POLICY_MILLISECONDS - 1)).toHaveLength(2);
  });

  test('at most 256 policies: the oldest goes', () => {
    let policies: readonly Policy[] = [];
    for (let number = 0; number <= MAXIMUM_POLICIES; number++) {
      policies = remember(policies, commit(`user ${number}`), 'this', NOW);
    }
    expect(policies).toHaveLength(256);
    expect(policies[0]).toMatchObject({ about: 'user 1' });
  });
});

describe('pins', () => {
  const pins = [
    { hostName: 'example.com', hostKey: filled(1) },
    { hostName: '__proto__', hostKey: filled(2) },
  ];

  test('tell names that are known from names that are new', () => {
    expect(checkPins(pins, filled(1), ['Example.com.', 'other'])).toEqual([
      { name: 'Example.com.', pinned: true },
      { name: 'other', pinned: false },
    ]);
    expect(checkPins([], filled(1), ['__proto__'])).toEqual([{ name: '__proto__', pinned: false }]);
    expect(checkPins(pins, filled(1), [])).toEqual([]);
  });

  test('refuse another key under any name', () => {
    expect(checkPins(pins, filled(2), ['example.com'])).toBe('mismatched');
    expect(checkPins(pins, filled(2), ['other', 'EXAMPLE.COM'])).toBe('mismatched');
    expect(checkPins(pins, filled(1), ['__proto__'])).toBe('mismatched');
  });

  test('names are the same in upper and lower case, and with dots at their end', () => {
    expect(['Example.COM', 'example.com.', 'example.com..', 'example.com'].map(normalizeHostName)).toEqual(
      Array.from({ length: 4 }, () => 'example.com'),
    );
    expect(normalizeHostName('.'.repeat(200_000))).toBe('');
    expect(normalizeHostName('[Host]:2222')).toBe('[host]:2222');
  });

  test('a name is one of visible ASCII characters', () => {
    for (const name of ['a', 'example.com.', '[host]:2222', '::1', 'xn--80ak6aa92e.com', 'a'.repeat(255)]) {
      expect(isHostName(name)).toBe(true);
    }
    for (const name of ['', '.', '..', ' ', 'a b', 'a\n', 'a\u007f', 'a\u200b', 'g\u0456thub.com', 'a'.repeat(256)]) {
      expect(isHostName(name)).toBe(false);
    }
  });
});
