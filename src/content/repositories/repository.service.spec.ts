import { ANONYMOUS, type RepositoryName } from '@berth/sdk';
import { FakeAccessControl } from '@berth/sdk/testing';
import { describe, expect, it } from 'vitest';
import { Repositories } from '../../metadata/repositories.js';
import { RepositoryService } from './repository.service.js';

const NAMES = Array.from({ length: 5000 }, (_, at) => `secret/${String(at).padStart(4, '0')}` as RepositoryName);

/** Has the names, and counts how often it is asked. */
class CountedRepositories extends Repositories {
  asked = 0;

  constructor() {
    // No statement of it is run here.
    super({ prepare: () => undefined } as never, undefined as never);
  }

  override list({ last = '', limit }: { last: string | undefined; limit: number }): Promise<RepositoryName[]> {
    this.asked += 1;
    return Promise.resolve(NAMES.filter((name) => name > last).slice(0, limit));
  }
}

describe('the list of repositories', () => {
  it('of who may read the last of thousands is not asked for name by name, and leaves others their turn', async () => {
    const repositories = new CountedRepositories();
    const access = new FakeAccessControl({ may: (_identity, _action, name) => name === NAMES.at(-1) });
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    const page = await new RepositoryService(repositories, access).list({ n: 1, last: undefined }, ANONYMOUS);
    clearInterval(counting);
    expect(page).toEqual({ entries: [NAMES.at(-1)], next: undefined });
    expect(repositories.asked).toBeLessThan(20);
    expect(turns).toBeGreaterThan(0);
  });
});
