import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '@berth/sdk';
import type { BlobStorage } from '../../src/storage/blob-storage.js';
import { aBlob } from '../kit/builders/built-manifest.js';
import { describeSettingAside } from './blob-storage-aside.contract.js';
import { appending, gathered, HELLO, place, sourceOf, textAt, textOfUpload } from './blob-storage-steps.js';
import { readAll } from './content-client.js';

export interface StorageUnderTest {
  readonly storage: BlobStorage;
  /** How many files the driver holds open; 0 for one that has none. */
  readonly openFiles: () => number;
  readonly dispose: () => void;
}

/** What every storage driver does. `open` gives an empty one. */
export function describeBlobStorage(name: string, open: () => StorageUnderTest): void {
  describe(`${name}, as blob storage`, () => {
    let underTest: StorageUnderTest;
    let storage: BlobStorage;
    beforeEach(async () => {
      underTest = open();
      ({ storage } = underTest);
      await storage.prepare();
    });
    afterEach(() => {
      expect(underTest.openFiles()).toBe(0);
      underTest.dispose();
    });

    describeUploads(() => storage);
    describeLocations(() => storage);
    describeSettingAside(() => storage);
    describeInterruption(() => storage);
  });
}

function describeUploads(storage: () => BlobStorage): void {
  it('keeps what is appended, piece after piece, and tells of each before and after it is written', async () => {
    const seen: string[] = [];
    let written = 0;
    const onBytes = (bytes: Uint8Array): void => void seen.push(Buffer.from(bytes).toString());
    await storage().append('u', sourceOf('hel', 'lo'), appending(0, { onBytes, onWritten: (n) => (written += n) }));

    expect(seen.join('')).toBe('hello');
    expect(written).toBe(5);
    expect(await storage().uploadSize('u')).toBe(5);
    expect(await textOfUpload(storage(), 'u', 5)).toBe('hello');
  });

  it('goes on at an offset, also over what a failed write left behind it', async () => {
    await storage().append('u', sourceOf('hello, wreck of bytes'), appending(0));
    await storage().append('u', sourceOf('world'), appending(7));

    expect(await textOfUpload(storage(), 'u', 12)).toBe('hello, world');
  });

  it('has 0 bytes of an upload it does not know', async () => {
    expect(await storage().uploadSize('nobody')).toBe(0);
    expect(await textOfUpload(storage(), 'nobody', 0)).toBe('');
  });

  it('begins an upload with an append of nothing', async () => {
    await storage().append('u', sourceOf(), appending(0));

    expect(await gathered(storage().uploads())).toEqual(['u']);
  });

  it('lists the uploads that have bytes, until they are placed or discarded', async () => {
    for (const upload of ['a', 'b', 'c']) await storage().append(upload, Readable.from([HELLO.bytes]), appending(0));
    expect((await gathered(storage().uploads())).sort()).toEqual(['a', 'b', 'c']);

    await storage().place({ upload: 'a', digest: HELLO.digest, size: HELLO.bytes.byteLength });
    await storage().discard('b');
    expect(await gathered(storage().uploads())).toEqual(['c']);
  });

  it('discards an upload twice without an error', async () => {
    await storage().append('u', sourceOf('x'), appending(0));
    await storage().discard('u');
    await storage().discard('u');

    expect(await storage().uploadSize('u')).toBe(0);
  });

  it('opens an upload while it grows, and lets it be read once it is placed, discarded, or neither', async () => {
    expect(await storage().openUpload('u')).toBeUndefined();
    for (const end of ['placed', 'discarded', 'neither']) {
      await storage().append(end, sourceOf('hello'), appending(0));
      const opened = (await storage().openUpload(end)) ?? expect.fail();
      await storage().append(end, sourceOf(', world'), appending(5));
      if (end === 'placed') await storage().place({ upload: end, digest: HELLO.digest, size: 12 });
      if (end === 'discarded') await storage().discard(end);

      expect((await readAll(opened, 12)).toString()).toBe('hello, world');
    }
  });

  it('reads an upload no further than asked', async () => {
    await storage().append('u', sourceOf('hello, world'), appending(0));

    expect(await textOfUpload(storage(), 'u', 5)).toBe('hello');
  });

  it('stops reading an upload once the signal aborts', async () => {
    await storage().append('u', sourceOf('hello'), appending(0));
    const reading = storage().readUpload('u', 5, AbortSignal.abort(new Error('enough')));

    await expect(gathered(reading)).rejects.toThrow('enough');
  });
}

function describeLocations(storage: () => BlobStorage): void {
  it('places an upload under a location whose bytes are those of the upload', async () => {
    const location = await place(storage(), 'u');

    expect(await storage().size(location)).toBe(HELLO.bytes.byteLength);
    expect(await textAt(storage(), location)).toBe('hello, world');
  });

  it('cuts off what lies behind the size it is told to place', async () => {
    await storage().append('u', sourceOf('hello, world and the rest'), appending(0));
    const location = await storage().place({ upload: 'u', digest: HELLO.digest, size: 12 });

    expect(await textAt(storage(), location)).toBe('hello, world');
  });

  it('refuses to place more bytes than there are', async () => {
    await storage().append('u', sourceOf('hello'), appending(0));

    await expect(storage().place({ upload: 'u', digest: HELLO.digest, size: 12 })).rejects.toBeInstanceOf(StorageError);
    await expect(storage().place({ upload: 'none', digest: HELLO.digest, size: 12 })).rejects.toBeInstanceOf(
      StorageError,
    );
    expect(await gathered(storage().locations())).toEqual([]);
  });

  it('places a blob of no bytes', async () => {
    await storage().append('u', sourceOf(), appending(0));
    const location = await storage().place({ upload: 'u', digest: aBlob(Buffer.alloc(0)).digest, size: 0 });

    expect(await storage().size(location)).toBe(0);
    expect(await textAt(storage(), location)).toBe('');
  });

  it('gives each write of the same digest a location of its own', async () => {
    const [first, second] = [await place(storage(), 'a'), await place(storage(), 'b')];
    expect(first).not.toBe(second);

    await storage().remove(first);
    expect(await textAt(storage(), second)).toBe('hello, world');
  });

  it.each([
    ['the beginning', 0, 5, 'hello'],
    ['the middle', 3, 4, 'lo, '],
    ['the end', 7, 5, 'world'],
    ['more than there is', 7, 100, 'world'],
    ['behind the end', 12, 4, ''],
    ['far behind the end', 99, 4, ''],
  ])('reads %s', async (_, position, length, expected) => {
    const location = await place(storage(), 'u');
    const blob = (await storage().open(location)) ?? expect.fail();
    const target = Buffer.alloc(length);
    const read = await blob.read(target, position);
    await blob.close();

    expect(target.subarray(0, read).toString()).toBe(expected);
  });

  it('gives undefined for a location where there is nothing', async () => {
    const location = await place(storage(), 'u');
    await storage().remove(location);

    expect(await storage().open(location)).toBeUndefined();
    expect(await storage().size(location)).toBeUndefined();
  });

  it('removes a location twice without an error', async () => {
    const location = await place(storage(), 'u');
    await storage().remove(location);
    await storage().remove(location);

    expect(await gathered(storage().locations())).toEqual([]);
  });

  it('goes on reading a blob that was removed after it was opened', async () => {
    const location = await place(storage(), 'u');
    const blob = (await storage().open(location)) ?? expect.fail();
    await storage().remove(location);

    expect((await readAll(blob, HELLO.bytes.byteLength)).toString()).toBe('hello, world');
  });

  it('lists every location once, with the time of its bytes', async () => {
    const other = aBlob(Buffer.from('other'), 'sha512');
    const placed = [await place(storage(), 'a'), await place(storage(), 'b'), await place(storage(), 'c', other)];
    const found = await gathered(storage().locations());

    expect(found.map(({ location }) => location).sort()).toEqual(placed.sort());
    for (const { modifiedAt } of found) expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(60_000);
  });
}

function describeInterruption(storage: () => BlobStorage): void {
  /** Appends from a source that gives some bytes and then waits for ever, until `end` is called. */
  function interrupted(end: (source: Readable, abort: AbortController) => void) {
    const source = new Readable({ read: () => {} });
    const abort = new AbortController();
    const counted = { hashed: 0, written: 0 };
    const appended = storage().append('u', source, {
      offset: 0,
      signal: abort.signal,
      onBytes: (bytes) => (counted.hashed += bytes.byteLength),
      onWritten: (length) => {
        counted.written += length;
        if (counted.written === 11) end(source, abort);
      },
    });
    source.push('hello, ');
    source.push('wor');
    source.push('l');
    return { counted, appended };
  }

  it('keeps what was written when the signal aborts while the source says nothing', async () => {
    const { counted, appended } = interrupted((_, abort) => abort.abort(new Error('gone')));
    await expect(appended).rejects.toThrow();

    expect(counted).toEqual({ hashed: 11, written: 11 });
    expect(await storage().uploadSize('u')).toBe(counted.written);
    expect(await textOfUpload(storage(), 'u', 11)).toBe('hello, worl');
  });

  it('keeps what was written when the source breaks, and passes its error on as it is', async () => {
    const broken = new Error('the client left');
    const { counted, appended } = interrupted((source) => source.destroy(broken));
    await expect(appended).rejects.toBe(broken);

    expect(await storage().uploadSize('u')).toBe(counted.written);
    await storage().append('u', sourceOf('d'), appending(11));
    expect(await textOfUpload(storage(), 'u', 12)).toBe('hello, world');
  });

  it('writes nothing where the signal has aborted before', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(storage().append('u', sourceOf('hello'), appending(0, { signal }))).rejects.toThrow();

    expect(await storage().uploadSize('u')).toBe(0);
  });

  it('counts as written exactly what is kept, wherever in a long append it is aborted', async () => {
    for (const limit of [1, 100_000, 300_000, 900_000]) {
      const upload = `u${String(limit)}`;
      const abort = new AbortController();
      let [seen, written] = [0, 0];
      const pieces = Array.from({ length: 32 }, () => Buffer.alloc(64 * 1024, 'x'));
      const appended = storage().append(upload, Readable.from(pieces), {
        offset: 0,
        signal: abort.signal,
        onBytes: (bytes) => {
          seen += bytes.byteLength;
          if (seen >= limit) abort.abort(new Error('gone'));
        },
        onWritten: (length) => (written += length),
      });
      await expect(appended).rejects.toThrow();

      expect(await storage().uploadSize(upload)).toBe(written);
      expect(written).toBeLessThan(32 * 64 * 1024);
    }
  });
}
