import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readLimited } from './read-limited.js';

describe('readLimited', () => {
  it('leaves what is too long as it is, since the answer goes out over the same connection', async () => {
    const source = Readable.from([Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)]);
    expect(await readLimited(source, 10)).toBeUndefined();
    expect(source.destroyed).toBe(false);
  });

  it.each([9, 10])('gives all of %i bytes where 10 are allowed', async (length) => {
    const bytes = Buffer.alloc(length, 'x');
    expect(await readLimited(Readable.from([bytes.subarray(0, 4), bytes.subarray(4)]), 10)).toEqual(bytes);
  });

  it('gives nothing of what is longer, and stops reading there', async () => {
    let pieces = 0;
    const endless = new Readable({
      read() {
        pieces += 1;
        this.push(Buffer.alloc(4));
      },
    });
    expect(await readLimited(endless, 10)).toBeUndefined();
    expect(pieces).toBeLessThan(1000);
  });

  it('gives no bytes of an empty source', async () => {
    expect(await readLimited(Readable.from([]), 10)).toEqual(Buffer.alloc(0));
  });

  it('fails as the source does', async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error('gone'));
      },
    });
    await expect(readLimited(failing, 10)).rejects.toThrow('gone');
  });
});
