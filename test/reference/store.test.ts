import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, vi } from 'vitest';
import { Store } from '../../reference/src/backend/store.js';
import { temporaryFolder, whenDone } from './support.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const open = async (directory?: string): Promise<Store> => {
  const store = await Store.open(directory);
  whenDone(() => store.close());
  return store;
};

describe.each(['memory', 'disk'])('the store in %s', (kind) => {
  const fresh = async (): Promise<Store> => open(kind === 'disk' ? await temporaryFolder() : undefined);

  it('stores what a transaction puts as one batch, or nothing of it', async () => {
    const store = await fresh();
    await store.write((transaction) => {
      transaction.put('blobs', 'a', bytes('1'));
      transaction.put('uploads', 'b', { fileUid: 'f', expiresAt: 2 });
      return Promise.resolve();
    });
    const failed = store.write((transaction) => {
      transaction.put('blobs', 'a', bytes('2'));
      transaction.delete('uploads', 'b');
      return Promise.reject(new Error('no'));
    });
    await expect(failed).rejects.toThrow('no');
    await store.read(async (view) => {
      expect(Buffer.from((await view.get('blobs', 'a'))!).toString()).toBe('1');
      expect(await view.get('uploads', 'b')).toEqual({ fileUid: 'f', expiresAt: 2 });
      expect(await view.get('blobs', 'c')).toBeUndefined();
    });
  });

  it('runs one write after the other, also after one that failed', async () => {
    const store = await fresh();
    const add = (fail: boolean): Promise<number> =>
      store.write(async (transaction) => {
        const before = ((await transaction.get('meta', 'count')) as number | undefined) ?? 0;
        transaction.put('meta', 'count', before + 1);
        if (fail) throw new Error('no');
        return before + 1;
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => add(index % 4 === 3)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect(await store.read((view) => view.get('meta', 'count'))).toBe(15);
  });

  it('shows a transaction its own writes', async () => {
    const store = await fresh();
    await store.write((transaction) => {
      for (const key of ['x!1', 'x!2', 'xy!9', 'x']) transaction.put('blobs', key, bytes(key));
      return Promise.resolve();
    });
    await store.write(async (transaction) => {
      transaction.put('blobs', 'x!0', bytes('new'));
      transaction.delete('blobs', 'x!1');
      expect((await transaction.list('blobs', 'x')).map(([key]) => key)).toEqual(['0', '2']);
      expect(await transaction.get('blobs', 'x!1')).toBeUndefined();
      expect((await transaction.getMany('blobs', ['x!1', 'x!2', 'x!0'])).map((row) => row?.length)).toEqual([
        undefined,
        3,
        3,
      ]);
    });
    expect((await store.read((view) => view.list('blobs', 'x'))).map(([key]) => key)).toEqual(['0', '2']);
  });

  it('reads from one version while others write', async () => {
    const store = await fresh();
    const put = (value: string): Promise<void> =>
      store.write((transaction) => {
        transaction.put('blobs', 'a!1', bytes(value));
        return Promise.resolve();
      });
    await put('before');
    await store.read(async (view) => {
      await put('after');
      expect(Buffer.from((await view.get('blobs', 'a!1'))!).toString()).toBe('before');
      expect(Buffer.from((await view.getMany('blobs', ['a!1']))[0]!).toString()).toBe('before');
      expect(Buffer.from((await view.list('blobs', 'a'))[0]![1]).toString()).toBe('before');
    });
  });
});

describe('a data folder', () => {
  it('keeps its rows when it is closed and opened', async () => {
    const folder = await temporaryFolder();
    const first = await Store.open(folder);
    await first.write((transaction) => {
      transaction.put('meta', 'count', 7);
      return Promise.resolve();
    });
    await first.close();
    const second = await open(folder);
    expect(await second.read((view) => view.get('meta', 'count'))).toBe(7);
  });

  it('has every write on the disk before it is answered', async () => {
    const store = await open(await temporaryFolder());
    const batch = vi.spyOn(ClassicLevel.prototype, 'batch');
    try {
      await store.write((transaction) => {
        transaction.put('meta', 'count', 7);
        return Promise.resolve();
      });
      expect(batch.mock.calls.map((parameters) => (parameters as unknown[])[1])).toEqual([{ sync: true }]);
    } finally {
      batch.mockRestore();
    }
  });

  it('is for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'new', 'folder');
    await open(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('serves one process at a time', async () => {
    const folder = await temporaryFolder();
    await open(folder);
    await expect(Store.open(folder)).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: `data folder ${folder}: another process is using it`,
    });
  });
});
