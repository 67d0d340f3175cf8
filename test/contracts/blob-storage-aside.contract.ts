import { expect, it } from 'vitest';
import type { BlobStorage } from '../../src/storage/blob-storage.js';
import { gathered, place, textAt } from './blob-storage-steps.js';

/** What becomes of damaged bytes: the part of the contract of blob storage that quarantine needs. */
export function describeSettingAside(storage: () => BlobStorage): void {
  it('sets bytes aside under a second location, which outlives the first', async () => {
    const location = await place(storage(), 'u');
    const aside = (await storage().setAside(location)) ?? expect.fail();
    expect((await gathered(storage().locations())).map((found) => found.location).sort()).toEqual(
      [location, aside].sort(),
    );

    await storage().remove(location);
    expect(await textAt(storage(), aside)).toBe('hello, world');
    await storage().remove(aside);
    expect(await gathered(storage().locations())).toEqual([]);
  });

  it('sets bytes aside twice under the same location', async () => {
    const location = await place(storage(), 'u');

    expect(await storage().setAside(location)).toBe(await storage().setAside(location));
  });

  it('sets nothing aside where there is nothing', async () => {
    const location = await place(storage(), 'u');
    await storage().remove(location);

    expect(await storage().setAside(location)).toBeUndefined();
    expect(await gathered(storage().locations())).toEqual([]);
  });
}
