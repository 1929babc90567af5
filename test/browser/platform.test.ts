import { expect, test } from 'vitest';

test('runs in a browser that has WebCrypto', () => {
  expect(window.isSecureContext).toBe(true);
  expect(crypto.subtle).toBeDefined();
});
