import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Wire from '../../src/pairing/index.js';
import type * as Computer from '../../src/pairing/computer-session.js';
import type * as Phone from '../../src/pairing/phone-session.js';

const executablePath = process.env['VAULTWIRE_CHROMIUM'] ?? '';
const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as wire from ${JSON.stringify(source('pairing/index.ts'))};
        import * as computer from ${JSON.stringify(source('pairing/computer-session.ts'))};
        import * as phone from ${JSON.stringify(source('pairing/phone-session.ts'))};
        Object.assign(globalThis, { pairing: { ...wire, ...computer, ...phone } });
        globalThis.found = (${runInPage.toString()})();`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    alias: { '#default-suite': source('crypto/webcrypto.ts') },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs in the page, as source text: it knows its globals and nothing around it. */
async function runInPage() {
  const { pairing } = globalThis as unknown as { pairing: typeof Wire & typeof Computer & typeof Phone };
  const attempts = {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-new-func -- what the policy has to refuse
    fromString: () => new Function('return 1'),
    webAssembly: () => WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
  };
  const compiled: Record<string, boolean> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      compiled[name] = true;
    } catch {
      compiled[name] = false;
    }
  }

  const queues = new Map<string, Set<(message: Uint8Array) => void>>();
  const receivers = (queue: string) => {
    const known = queues.get(queue) ?? new Set();
    queues.set(queue, known);
    return known;
  };
  const channels: Wire.MakeChannels = ({ sendQueue, receiveQueue }) => [
    {
      name: 'page',
      send: (message) => {
        for (const deliver of receivers(sendQueue)) deliver(message.slice());
        return Promise.resolve();
      },
      receive: (deliver) => {
        receivers(receiveQueue).add(deliver);
        return () => receivers(receiveQueue).delete(deliver);
      },
    },
  ];
  const codes: string[] = [];
  const computer = await pairing.startComputerSession({
    name: 'browser',
    browser: { deviceIdentifier: new Uint8Array(16), name: 'Chromium' },
    channels,
    store: pairing.memoryPairingStore(),
    confirm: (code) => {
      codes.push(code);
      return Promise.resolve(true);
    },
  });
  const phone = await pairing.startPhoneSession({
    qrText: computer.qrText,
    channels,
    store: pairing.memoryPairingStore(),
    me: { email: 'ada@example.com' },
    keys: {},
    hosts: () => Promise.resolve({ hosts: [{ user: 'ada', host: 'a.example' }], pgpUserIds: [] }),
    ask: () => Promise.resolve({ approve: true }),
  });
  codes.push(phone.comparisonCode);
  const [{ email }] = await Promise.all([computer.paired, phone.paired]);
  const { hosts } = await computer.request({ kind: 'hosts' });
  await computer.close();
  await phone.close();
  return { compiled, email, hosts, codes };
}

describe.skipIf(!existsSync(executablePath))('under a policy without unsafe-eval and wasm-unsafe-eval', () => {
  let pages: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const script = await bundle();
    pages = createServer((request, response) => {
      response.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self'");
      if (request.url === '/pairing.js') response.setHeader('Content-Type', 'text/javascript').end(script);
      else response.setHeader('Content-Type', 'text/html').end('<!doctype html><script src="/pairing.js"></script>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    page = await browser.newPage();
    await page.goto(`http://localhost:${(pages.address() as AddressInfo).port}`);
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => pages.close(resolve));
  });

  /** What a script of the page itself found: one that the debugger runs may evaluate whatever it likes. */
  const found = (): Promise<Awaited<ReturnType<typeof runInPage>>> =>
    page.evaluate(() => (globalThis as unknown as { found: ReturnType<typeof runInPage> }).found);

  it('nothing is compiled at run time: the policy is in force', async () => {
    expect((await found()).compiled).toEqual({ fromString: false, webAssembly: false });
  });

  it('both ends pair and talk', async () => {
    const { email, hosts, codes } = await found();
    expect(email).toBe('ada@example.com');
    expect(hosts).toEqual([{ user: 'ada', host: 'a.example' }]);
    expect(codes[0]).toMatch(/^\d{3} \d{3}$/);
    expect(codes[1]).toBe(codes[0]);
  });
});
