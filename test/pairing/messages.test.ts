import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  MAXIMUM_DOCUMENT_BYTES,
  type AnswerBody,
  type PairingAnswer,
  type PairingRequest,
  type RequestBody,
} from 'vaultwire/pairing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/wire/error.js';
import { decodeUtf8, encodeUtf8 } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';
import { answers, requests } from './arbitraries.js';

const filled = (length: number, value = 7) => new Uint8Array(length).fill(value);
const CHALLENGE = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=';
const BYTES = 'BwcH';

const REQUESTS: readonly (readonly [member: string, body: RequestBody])[] = [
  ['"me_request":{}', { kind: 'me' }],
  ['"me_request":{"pgp_user_id":"A <a@b.c>","u2f_only":true}', { kind: 'me', pgpUserId: 'A <a@b.c>', u2fOnly: true }],
  [
    `"sign_request":{"data":"${BYTES}","public_key_fingerprint":"${CHALLENGE}"}`,
    { kind: 'sign', data: filled(3), fingerprint: filled(32) },
  ],
  [
    `"sign_request":{"data":"${BYTES}","public_key_fingerprint":"${CHALLENGE}","command":"git push",` +
      `"host_auth":{"host_key":"${BYTES}","signature":"BwcHBw==","host_names":["a.example","b.example"]}}`,
    {
      kind: 'sign',
      data: filled(3),
      fingerprint: filled(32),
      command: 'git push',
      hostAuth: { hostKey: filled(3), signature: filled(4), hostNames: ['a.example', 'b.example'] },
    },
  ],
  [
    `"git_sign_request":{"user_id":"A <a@b.c>","commit":{"tree":"t","author":"a","committer":"c","message":"${BYTES}"}}`,
    {
      kind: 'git-sign',
      userId: 'A <a@b.c>',
      content: { type: 'commit', tree: 't', author: 'a', committer: 'c', message: filled(3) },
    },
  ],
  [
    '"git_sign_request":{"user_id":"u","commit":{"tree":"t","parent":"p","merge_parents":["q","r"],"author":"a","committer":"c","message":""}}',
    {
      kind: 'git-sign',
      userId: 'u',
      content: {
        type: 'commit',
        tree: 't',
        parent: 'p',
        mergeParents: ['q', 'r'],
        author: 'a',
        committer: 'c',
        message: filled(0),
      },
    },
  ],
  [
    `"git_sign_request":{"user_id":"u","tag":{"object":"o","type":"commit","tag":"v1","tagger":"t","message":"${BYTES}"}}`,
    {
      kind: 'git-sign',
      userId: 'u',
      content: { type: 'tag', object: 'o', objectType: 'commit', tag: 'v1', tagger: 't', message: filled(3) },
    },
  ],
  ['"hosts_request":{}', { kind: 'hosts' }],
  ['"unpair_request":{}', { kind: 'unpair' }],
  [
    `"u2f_register_request":{"challenge":"${CHALLENGE}","app_id":"https://a.example"}`,
    { kind: 'u2f-register', challenge: filled(32), appId: 'https://a.example' },
  ],
  [
    `"u2f_authenticate_request":{"challenge":"${CHALLENGE}","app_id":"https://a.example","key_handle":"${BYTES}"}`,
    { kind: 'u2f-authenticate', challenge: filled(32), appId: 'https://a.example', keyHandle: filled(3) },
  ],
];

const POINT = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=';
const ANSWERS: readonly (readonly [member: string, body: AnswerBody])[] = [
  ['"ack_response":{}', { kind: 'ack' }],
  ['"me_response":{"me":{"email":"a@b.c"}}', { kind: 'me', me: { email: 'a@b.c' } }],
  [
    `"me_response":{"me":{"public_key_wire":"${BYTES}","email":"a@b.c","pgp_pk":"BwcHBw==","device_identifier":"Bw==","u2f_accounts":["x"]}}`,
    {
      kind: 'me',
      me: {
        publicKeyWire: filled(3),
        email: 'a@b.c',
        pgpPublicKey: filled(4),
        deviceIdentifier: filled(1),
        u2fAccounts: ['x'],
      },
    },
  ],
  [`"sign_response":{"signature":"${BYTES}"}`, { kind: 'sign', signature: filled(3) }],
  ['"sign_response":{"error":"rejected"}', { kind: 'sign', error: 'rejected' }],
  [`"git_sign_response":{"signature":"${BYTES}"}`, { kind: 'git-sign', signature: filled(3) }],
  ['"git_sign_response":{"error":"unknown error"}', { kind: 'git-sign', error: 'unknown error' }],
  [
    '"hosts_response":{"host_info":{"hosts":[{"user":"root","host":"a.example"}],"pgp_user_ids":["u"]}}',
    { kind: 'hosts', hosts: [{ user: 'root', host: 'a.example' }], pgpUserIds: ['u'] },
  ],
  ['"hosts_response":{"error":"rejected"}', { kind: 'hosts', error: 'rejected' }],
  ['"unpair_response":{}', { kind: 'unpair' }],
  [
    `"u2f_register_response":{"public_key":"${POINT}","key_handle":"${BYTES}","attestation_certificate":"Bw==","signature":"Bwc="}`,
    {
      kind: 'u2f-register',
      publicKey: filled(65),
      keyHandle: filled(3),
      attestationCertificate: filled(1),
      signature: filled(2),
    },
  ],
  ['"u2f_register_response":{"error":"rejected"}', { kind: 'u2f-register', error: 'rejected' }],
  [
    `"u2f_authenticate_response":{"public_key":"${POINT}","signature":"Bwc=","counter":4294967295}`,
    { kind: 'u2f-authenticate', publicKey: filled(65), signature: filled(2), counter: 2 ** 32 - 1 },
  ],
  ['"u2f_authenticate_response":{"error":"rejected"}', { kind: 'u2f-authenticate', error: 'rejected' }],
];

const requestText = (member: string): string =>
  `{"request_id":"id","unix_seconds":1500000000,"v":"2.4.4","a":true${member && ','}${member}}`;
const answerText = (member: string): string => `{"request_id":"id","v":"2.4.4"${member && ','}${member}}`;

const request = (body: RequestBody): PairingRequest => ({
  requestId: 'id',
  unixSeconds: 1_500_000_000,
  version: '2.4.4',
  acknowledge: true,
  body,
});
const answer = (body: AnswerBody): PairingAnswer => ({ requestId: 'id', version: '2.4.4', body });

describe('requests', () => {
  it.each(REQUESTS)('are written and read: %s', (member, body) => {
    expect(decodeUtf8(encodeRequest(request(body)), 'request')).toBe(requestText(member));
    expect(decodeRequest(encodeUtf8(requestText(member)))).toEqual(request(body));
  });

  it('with nothing known in them only wake the phone', () => {
    expect(decodeUtf8(encodeRequest(request({ kind: 'no-op' })), 'request')).toBe(requestText(''));
    for (const member of ['', '"new_request":{"x":1}', '"sign_request":null']) {
      expect(decodeRequest(encodeUtf8(requestText(member)))).toEqual(request({ kind: 'no-op' }));
    }
  });

  it('need no acknowledgement when they do not say so', () => {
    const text = requestText('').replace(',"a":true', '');
    expect(decodeRequest(encodeUtf8(text)).acknowledge).toBe(false);
  });

  it('may carry members that nobody knows, at every level', () => {
    const text = requestText(
      `"x":[{}],"sign_request":{"y":1,"data":"${BYTES}","public_key_fingerprint":"${CHALLENGE}","command":null,` +
        `"host_auth":{"z":"","host_key":"${BYTES}","signature":"${BYTES}"}}`,
    );
    const hostAuth = { hostKey: filled(3), signature: filled(3), hostNames: [] };
    const body = { kind: 'sign', data: filled(3), fingerprint: filled(32), hostAuth } as const;
    expect(decodeRequest(encodeUtf8(text))).toEqual(request(body));
  });

  const sign = (data: string, fingerprint: string, more = '') =>
    `"sign_request":{"data":${data},"public_key_fingerprint":${fingerprint}${more}}`;
  const hostAuth = (text: string) => sign(`"${BYTES}"`, `"${CHALLENGE}"`, `,"host_auth":${text}`);
  const git = (text: string) => `"git_sign_request":{"user_id":"u",${text}}`;
  const u2f = (challenge: string, keyHandle: string) =>
    `"u2f_authenticate_request":{"challenge":"${challenge}","app_id":"x","key_handle":"${keyHandle}"}`;
  const REFUSED: readonly (readonly [ErrorCode, string])[] = [
    ['field-invalid', '"hosts_request":{},"unpair_request":{}'],
    ['field-invalid', '"hosts_request":[]'],
    ['field-invalid', '"hosts_request":true'],
    ['field-invalid', '"me_request":{"pgp_user_id":1}'],
    ['field-invalid', '"me_request":{"u2f_only":"yes"}'],
    ['field-missing', '"sign_request":{}'],
    ['field-missing', sign('""', `"${CHALLENGE}"`)],
    ['field-invalid', sign('[7,7,7]', `"${CHALLENGE}"`)],
    ['base64-invalid', sign('"BwcH!"', `"${CHALLENGE}"`)],
    ['field-missing', `"sign_request":{"data":"${BYTES}"}`],
    ['length-invalid', sign(`"${BYTES}"`, `"${BYTES}"`)],
    ['field-invalid', sign(`"${BYTES}"`, `"${CHALLENGE}"`, ',"command":{}')],
    ['field-invalid', hostAuth('"x"')],
    ['field-missing', hostAuth(`{"host_key":"${BYTES}"}`)],
    ['field-missing', hostAuth(`{"signature":"${BYTES}"}`)],
    ['field-missing', hostAuth(`{"host_key":"","signature":"${BYTES}"}`)],
    ['field-missing', hostAuth(`{"host_key":"${BYTES}","signature":""}`)],
    ['field-invalid', hostAuth(`{"host_key":"${BYTES}","signature":"${BYTES}","host_names":"a"}`)],
    ['field-invalid', hostAuth(`{"host_key":"${BYTES}","signature":"${BYTES}","host_names":[1]}`)],
    ['field-missing', '"git_sign_request":{"user_id":"u"}'],
    ['field-missing', '"git_sign_request":{"commit":{"tree":"t","author":"a","committer":"c","message":""}}'],
    ['field-missing', git('"commit":{"author":"a","committer":"c","message":""}')],
    ['field-missing', git('"commit":{"tree":"t","committer":"c","message":""}')],
    ['field-missing', git('"commit":{"tree":"t","author":"a","message":""}')],
    ['field-missing', git('"commit":{"tree":"t","author":"a","committer":"c"}')],
    ['field-invalid', git('"commit":{"tree":"t","parent":1,"author":"a","committer":"c","message":""}')],
    ['field-invalid', git('"commit":{"tree":"t","merge_parents":[1],"author":"a","committer":"c","message":""}')],
    ['field-invalid', git('"commit":{},"tag":{}')],
    ['field-missing', git('"tag":{"type":"c","tag":"v","tagger":"t","message":""}')],
    ['field-missing', git('"tag":{"object":"o","tag":"v","tagger":"t","message":""}')],
    ['field-missing', git('"tag":{"object":"o","type":"c","tagger":"t","message":""}')],
    ['field-missing', git('"tag":{"object":"o","type":"c","tag":"v","message":""}')],
    ['field-missing', git('"tag":{"object":"o","type":"c","tag":"v","tagger":"t"}')],
    ['field-missing', `"u2f_register_request":{"challenge":"${CHALLENGE}"}`],
    ['length-invalid', `"u2f_register_request":{"challenge":"${BYTES}","app_id":"x"}`],
    ['length-invalid', u2f(BYTES, BYTES)],
    ['field-missing', u2f(CHALLENGE, '')],
    ['length-invalid', u2f(CHALLENGE, 'B'.repeat(1024))],
    ['field-missing', `"u2f_authenticate_request":{"challenge":"${CHALLENGE}","key_handle":"${BYTES}"}`],
    ['json-duplicate-key', '"a":false'],
    ['json-duplicate-key', '"me_request":{},"me_request":{}'],
    ['json-invalid', '"__proto__":{"hosts_request":{}}'],
    ['json-too-deep', `"x":${'['.repeat(8)}${']'.repeat(8)}`],
  ];
  it.each(REFUSED)('are refused with %s: %s', async (code, member) => {
    await refused(code, () => decodeRequest(encodeUtf8(requestText(member))));
  });

  it.each([
    ['field-missing', { request_id: undefined }],
    ['field-invalid', { request_id: '' }],
    ['field-invalid', { request_id: 'x'.repeat(129) }],
    ['field-invalid', { request_id: 1 }],
    ['field-missing', { unix_seconds: undefined }],
    ['field-invalid', { unix_seconds: '1' }],
    ['field-invalid', { unix_seconds: 1.5 }],
    ['field-invalid', { unix_seconds: -1 }],
    ['field-missing', { v: undefined }],
    ['field-invalid', { v: '2.4' }],
    ['field-invalid', { v: 'v2.4.4' }],
    ['field-invalid', { v: '2.4.4\n' }],
    ['field-invalid', { v: '2.4.4-' }],
    ['field-invalid', { v: `2.4.4-${'x'.repeat(35)}` }],
    ['field-invalid', { a: 'yes' }],
  ] as const)('are refused with %s: %j', async (code, change) => {
    const members = { request_id: 'x'.repeat(128), unix_seconds: 0, v: '2.4.4-rc.1+x', a: true };
    expect(decodeRequest(encodeUtf8(JSON.stringify(members))).body.kind).toBe('no-op');
    await refused(code, () => decodeRequest(encodeUtf8(JSON.stringify({ ...members, ...change }))));
  });

  it('may hold a key handle of 255 bytes', () => {
    const keyHandle = filled(255);
    const body = { kind: 'u2f-authenticate', challenge: filled(32), appId: 'x', keyHandle } as const;
    expect(decodeRequest(encodeRequest(request(body))).body).toEqual(body);
  });

  it('are of a bounded size', async () => {
    const text = requestText('"x":""');
    const longest = text.replace('""', `"${'x'.repeat(MAXIMUM_DOCUMENT_BYTES - text.length)}"`);
    expect(decodeRequest(encodeUtf8(longest)).requestId).toBe('id');
    await refused('message-too-long', () => decodeRequest(encodeUtf8(`${longest} `)));
    const data = filled(MAXIMUM_DOCUMENT_BYTES);
    await refused('message-too-long', () => encodeRequest(request({ kind: 'sign', data, fingerprint: filled(32) })));
  });

  it('that the other end would refuse are not written', async () => {
    await refused('length-invalid', () =>
      encodeRequest(request({ kind: 'sign', data: filled(1), fingerprint: filled(31) })),
    );
    await refused('field-invalid', () => encodeRequest({ ...request({ kind: 'hosts' }), requestId: '' }));
    await refused('field-missing', () => encodeRequest({ ...request({ kind: 'hosts' }), unixSeconds: NaN }));
    const planted = { kind: 'planted' } as unknown as RequestBody;
    await refused('argument-invalid', () => encodeRequest(request(planted)));
    const text = { kind: 'sign', data: 'text', fingerprint: filled(32) } as unknown as RequestBody;
    await refused('argument-invalid', () => encodeRequest(request(text)));
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(requests, (value) => {
        expect(decodeRequest(encodeRequest(value))).toEqual(value);
      }),
    );
  });
});

describe('answers', () => {
  it.each(ANSWERS)('are written and read: %s', (member, body) => {
    expect(decodeUtf8(encodeAnswer(answer(body)), 'answer')).toBe(answerText(member));
    expect(decodeAnswer(encodeUtf8(answerText(member)))).toEqual(answer(body));
  });

  it('may tell where the phone is woken', () => {
    const value = { ...answer({ kind: 'ack' }), snsEndpointArn: 'arn:x', trackingId: 't' };
    const text = '{"request_id":"id","v":"2.4.4","sns_endpoint_arn":"arn:x","tracking_id":"t","ack_response":{}}';
    expect(decodeUtf8(encodeAnswer(value), 'answer')).toBe(text);
    expect(decodeAnswer(encodeUtf8(text))).toEqual(value);
  });

  it('may carry nulls and members that nobody knows', () => {
    const text = answerText(
      `"x":1,"unpair_response":null,"sign_response":{"signature":"${BYTES}","error":null,"y":{}}`,
    );
    expect(decodeAnswer(encodeUtf8(text))).toEqual(answer({ kind: 'sign', signature: filled(3) }));
    const empty = answerText('"hosts_response":{"host_info":{}}');
    expect(decodeAnswer(encodeUtf8(empty))).toEqual(answer({ kind: 'hosts', hosts: [], pgpUserIds: [] }));
    const first = { kind: 'u2f-authenticate', publicKey: filled(65), signature: filled(2), counter: 0 } as const;
    expect(decodeAnswer(encodeAnswer(answer(first))).body).toEqual(first);
    const nothing = answerText('"me_response":{"me":{"public_key_wire":"","email":"","device_identifier":null}}');
    expect(decodeAnswer(encodeUtf8(nothing))).toEqual(answer({ kind: 'me', me: { email: '' } }));
  });

  const register = (change: Record<string, unknown>) => {
    const members = { public_key: POINT, key_handle: BYTES, attestation_certificate: BYTES, signature: BYTES };
    return `"u2f_register_response":${JSON.stringify({ ...members, ...change })}`;
  };
  const authenticate = (change: Record<string, unknown>) =>
    `"u2f_authenticate_response":${JSON.stringify({ public_key: POINT, signature: BYTES, counter: 0, ...change })}`;
  const REFUSED: readonly (readonly [ErrorCode, string])[] = [
    ['field-missing', ''],
    ['field-missing', '"new_response":{}'],
    ['field-invalid', '"ack_response":{},"unpair_response":{}'],
    ['field-invalid', '"ack_response":[]'],
    ['field-missing', '"me_response":{}'],
    ['field-missing', '"me_response":{"me":{}}'],
    ['field-invalid', '"me_response":{"me":[]}'],
    ['base64-invalid', '"me_response":{"me":{"email":"","public_key_wire":"!"}}'],
    ['base64-invalid', '"me_response":{"me":{"email":"","pgp_pk":"!"}}'],
    ['base64-invalid', '"me_response":{"me":{"email":"","device_identifier":"!"}}'],
    ['field-invalid', '"me_response":{"me":{"email":"","u2f_accounts":[1]}}'],
    ['field-missing', '"sign_response":{}'],
    ['field-missing', '"sign_response":{"signature":""}'],
    ['field-invalid', '"sign_response":{"error":""}'],
    ['field-invalid', '"sign_response":{"error":1}'],
    ['field-invalid', `"sign_response":{"signature":"${BYTES}","error":"rejected"}`],
    ['field-invalid', `"git_sign_response":{"signature":"${BYTES}","error":"rejected"}`],
    ['field-missing', '"git_sign_response":{}'],
    ['field-missing', '"hosts_response":{}'],
    ['field-invalid', '"hosts_response":{"host_info":{},"error":"rejected"}'],
    ['field-invalid', '"hosts_response":{"host_info":{"hosts":{}}}'],
    ['field-invalid', '"hosts_response":{"host_info":{"hosts":["x"]}}'],
    ['field-missing', '"hosts_response":{"host_info":{"hosts":[{"user":"x"}]}}'],
    ['field-missing', '"hosts_response":{"host_info":{"hosts":[{"host":"x"}]}}'],
    ['field-invalid', '"hosts_response":{"host_info":{"pgp_user_ids":[1]}}'],
    ['length-invalid', register({ public_key: BYTES })],
    ['field-missing', register({ key_handle: '' })],
    ['length-invalid', register({ key_handle: 'B'.repeat(1024) })],
    ['field-missing', register({ attestation_certificate: '' })],
    ['field-missing', register({ signature: '' })],
    ['field-invalid', register({ error: 'rejected' })],
    ['field-invalid', register({ signature: undefined, error: 'rejected' })],
    ['length-invalid', authenticate({ public_key: BYTES })],
    ['field-missing', authenticate({ signature: null })],
    ['field-missing', authenticate({ counter: null })],
    ['field-invalid', authenticate({ counter: -1 })],
    ['field-invalid', authenticate({ counter: 2 ** 32 })],
    ['field-invalid', authenticate({ counter: 0.5 })],
    ['field-invalid', authenticate({ error: 'rejected' })],
    ['json-duplicate-key', '"v":"2.4.4","ack_response":{}'],
    ['field-invalid', '"tracking_id":1,"ack_response":{}'],
    ['field-invalid', '"sns_endpoint_arn":{},"ack_response":{}'],
  ];
  it.each(REFUSED)('are refused with %s: %s', async (code, member) => {
    await refused(code, () => decodeAnswer(encodeUtf8(answerText(member))));
  });

  it('need an id and a version', async () => {
    await refused('field-missing', () => decodeAnswer(encodeUtf8('{"v":"2.4.4","ack_response":{}}')));
    await refused('field-missing', () => decodeAnswer(encodeUtf8('{"request_id":"id","ack_response":{}}')));
    await refused('json-invalid', () => decodeAnswer(encodeUtf8('[]')));
    await refused('json-invalid', () => decodeAnswer(encodeUtf8('{"request_id":"id"')));
    await refused('utf8-invalid', () => decodeAnswer(Uint8Array.of(0x7b, 0xff, 0x7d)));
    await refused('message-too-long', () => decodeAnswer(new Uint8Array(MAXIMUM_DOCUMENT_BYTES + 1).fill(0x20)));
  });

  it('that the other end would refuse are not written', async () => {
    await refused('field-missing', () => encodeAnswer(answer({ kind: 'sign', signature: filled(0) })));
    await refused('field-invalid', () => encodeAnswer(answer({ kind: 'sign', error: '' })));
    const planted = { kind: 'planted' } as unknown as AnswerBody;
    await refused('argument-invalid', () => encodeAnswer(answer(planted)));
    await refused('field-missing', () => encodeAnswer(answer({ ...planted, error: 'x' } as unknown as AnswerBody)));
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(answers, (value) => {
        expect(decodeAnswer(encodeAnswer(value))).toEqual(value);
      }),
    );
  });
});
