import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { checkedAnswer } from './source-answer.js';

const digest = `sha256:${'0'.repeat(64)}`;
const descriptor = { mediaType: 'a/b', digest, size: 5 };
const blob = (more: object): object => ({ stream: Readable.from([]), size: 5, upstream: 'u', ...more });

describe('the answer of a source', () => {
  it.each([
    ['tag.refresh', { ...descriptor, digest: 'sha256:short' }],
    ['tag.refresh', { ...descriptor, size: '5' }],
    ['tag.refresh', { ...descriptor, withholdsHeld: 'yes' }],
    ['tag.refresh', { ...descriptor, freshFor: 'long' }],
    ['tag.refresh', undefined],
    ['manifest.readMiss', { mediaType: 'a/b', bytes: 'text', upstream: 'u' }],
    ['manifest.readMiss', { mediaType: 'a/b', bytes: Buffer.from('x') }],
    ['blob.readMiss', blob({ stream: 'bytes' })],
    ['blob.readMiss', blob({ size: -1 })],
    ['blob.readMiss', blob({ offset: 0.5 })],
    ['blob.readMiss', { isConfirmed: true }],
    ['blob.readMiss', { isConfirmed: 'yes', upstream: 'u' }],
    ['blob.readMiss', blob({ isHandedOver: 'yes' })],
    ['blob.readMiss', null],
    ['referrers.refresh', descriptor],
    ['referrers.refresh', [descriptor, { digest }]],
    ['tags.listMiss', 'latest'],
    ['tags.listMiss', ['latest', 'not a tag']],
  ] as const)('to %s is none where it found %j', (name, found) => {
    expect(() => checkedAnswer(name, { outcome: 'found', found })).toThrow(TypeError);
  });

  it.each([
    ['tag.refresh', descriptor],
    ['tag.refresh', { ...descriptor, withholdsHeld: true }],
    ['tag.refresh', { ...descriptor, freshFor: 5000 }],
    ['manifest.readMiss', { mediaType: 'a/b', bytes: Buffer.from('x'), upstream: 'u' }],
    ['blob.readMiss', blob({ size: undefined })],
    ['blob.readMiss', blob({ offset: 3 })],
    ['blob.readMiss', blob({ isHandedOver: true })],
    ['blob.readMiss', { isConfirmed: true, upstream: 'u' }],
    ['referrers.refresh', []],
    ['tags.listMiss', ['latest']],
  ] as const)('to %s is one where it found what it is asked for', (name, found) => {
    const answer = { outcome: 'found', found };

    expect(checkedAnswer(name, answer)).toBe(answer);
  });

  it.each([
    { outcome: 'absent' },
    { outcome: 'stale', reason: 'r' },
    { outcome: 'unavailable', upstream: 'u', status: 503 },
  ])('may be %j', (answer) => {
    expect(checkedAnswer('tags.listMiss', answer)).toBe(answer);
  });

  it('says of a tag alone that it is gone, and from where', () => {
    const answer = { outcome: 'gone', upstream: 'u' };

    expect(checkedAnswer('tag.refresh', answer)).toBe(answer);
    expect(() => checkedAnswer('tag.refresh', { outcome: 'gone' })).toThrow('gone needs an upstream');
    expect(() => checkedAnswer('manifest.readMiss', answer)).toThrow('gone is only a tag that is held');
  });

  it('says whether what is held may be served with true or false', () => {
    const answer = { outcome: 'unavailable', upstream: 'u', withholdsHeld: 1 };

    expect(() => checkedAnswer('tag.refresh', answer)).toThrow('withholdsHeld is true or false');
  });
});
