import { describe, expect, it } from 'vitest';
import { Readiness } from './readiness.js';

describe('readiness', () => {
  it('serves from the end of the start until it is told to stop', () => {
    const readiness = new Readiness();
    expect(readiness).toMatchObject({ phase: 'starting', isServing: false });

    readiness.advance('ready');
    expect(readiness).toMatchObject({ phase: 'ready', isServing: true });

    readiness.advance('stopping');
    expect(readiness).toMatchObject({ phase: 'stopping', isServing: false });
  });

  it('names the parts that have failed, as long as they do', async () => {
    const readiness = new Readiness();
    let failure: Error | undefined = new Error('the disk is gone');
    readiness.watch({ name: 'database', check: () => failure });
    readiness.watch({ name: 'other', check: () => undefined });
    expect(await readiness.health()).toEqual({ failures: { database: 'the disk is gone' }, degraded: {} });

    failure = undefined;
    expect(await readiness.health()).toEqual({ failures: {}, degraded: {} });
  });
});
