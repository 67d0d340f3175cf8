import { DEFAULT_STORE } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { UploadSession } from '../../src/content/uploads/upload-session.js';
import { nameOf } from './metadata-samples.js';

function aSession(): UploadSession {
  return new UploadSession('u-1', nameOf('library/app'), DEFAULT_STORE, 'sha256', 0);
}

async function turnOfTheEventLoop(): Promise<void> {
  await new Promise(setImmediate);
}

describe('the turns of an upload session', () => {
  it('are taken one after the other, in the order they were asked for', async () => {
    const session = aSession();
    const steps: string[] = [];
    const take = async (name: string): Promise<void> => {
      using _turn = await session.takeTurn();
      steps.push(`${name} begins`);
      await turnOfTheEventLoop();
      steps.push(`${name} ends`);
    };
    await Promise.all(['first', 'second', 'third'].map(take));

    expect(steps).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('tell whoever has one that another request wants it', async () => {
    const session = aSession();
    const first = await session.takeTurn();
    expect(first.superseded.aborted).toBe(false);

    const second = session.takeTurn();
    expect(first.superseded.aborted).toBe(true);
    first[Symbol.dispose]();
    expect((await second).superseded.aborted).toBe(false);
  });

  it('are given although the one before failed', async () => {
    const session = aSession();
    const failed = (async () => {
      using _turn = await session.takeTurn();
      throw new Error('the client left');
    })();
    await expect(failed).rejects.toThrow('the client left');

    using turn = await session.takeTurn();
    expect(turn.superseded.aborted).toBe(false);
  });

  it('make the session busy as long as one is taken', async () => {
    const session = aSession();
    expect(session.isBusy).toBe(false);

    const turn = await session.takeTurn();
    expect(session.isBusy).toBe(true);
    turn[Symbol.dispose]();
    expect(session.isBusy).toBe(false);
  });
});

describe('an upload session', () => {
  it('hashes from its first byte, and has no hash where it goes on behind it', () => {
    expect(aSession().hash?.algorithm).toBe('sha256');
    expect(new UploadSession('u-2', nameOf('library/app'), DEFAULT_STORE, 'sha512', 7).hash).toBeUndefined();
  });
});
