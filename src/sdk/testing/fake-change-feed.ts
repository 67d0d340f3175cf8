import { type Change, ChangeFeed, type FollowOptions } from '../ports/change-feed.js';

/** Changes that a test appends; `follow` wakes for each. */
export class FakeChangeFeed extends ChangeFeed {
  private readonly changes: Change[] = [];
  private wake = Promise.withResolvers<undefined>();

  append(change: Omit<Change, 'sequence'>): Change {
    const appended = { ...change, sequence: this.changes.length + 1 };
    this.changes.push(appended);
    this.wake.resolve(undefined);
    this.wake = Promise.withResolvers();
    return appended;
  }

  async read(after: number, limit: number): Promise<readonly Change[]> {
    return this.changes.filter(({ sequence }) => sequence > after).slice(0, limit);
  }

  async latest(): Promise<number> {
    return this.changes.length;
  }

  async *follow({ after, signal, limit = 500 }: FollowOptions): AsyncIterable<readonly Change[]> {
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    let position = after;
    while (!signal.aborted) {
      const { promise } = this.wake;
      const batch = await this.read(position, limit);
      if (batch.length === 0) {
        await Promise.race([promise, aborted]);
        continue;
      }
      position = batch.at(-1)?.sequence ?? position;
      yield batch;
    }
  }
}
