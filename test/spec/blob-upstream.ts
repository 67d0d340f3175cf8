import { Readable } from 'node:stream';
import type { HookEvents, HookHandler, SourceFinds, SourceResult } from '@berth/sdk';
import type { TestRegistry } from '@berth/testkit';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { FillLimits } from '../../src/content/blobs/fill-limits.js';

export type Answer = SourceResult<SourceFinds['blob.readMiss']>;
export type Asked = HookEvents['blob.readMiss'];

export const UPSTREAM = 'upstream.example';

/** A transfer from an upstream that gives what a test tells it to, when it is told to. */
export class Transfer extends Readable {
  constructor() {
    super({ read: () => {} });
  }

  give(bytes: Uint8Array): this {
    this.push(bytes);
    return this;
  }

  end(): void {
    this.push(null);
  }

  /** Also before anybody reads it. */
  breakOff(): this {
    this.on('error', () => undefined);
    return this.destroy(new Error('the upstream hung up'));
  }
}

/** What a plugin does that answers `blob.readMiss`: each test says what, for each time it is asked. */
export class BlobUpstream implements HookHandler<'blob.readMiss'> {
  readonly asked: Asked[] = [];
  answer: (asked: Asked, time: number) => Answer | Promise<Answer> = () => ({ outcome: 'absent' });

  /** Makes the server ask it, and wait for nothing before it asks again. */
  listenTo({ application }: Pick<TestRegistry, 'application'>): void {
    application.get(HookRegistry).add('blob.readMiss', 'fixture', this);
    application.get(FillLimits).retryDelays = [0, 0, 0];
  }

  async handle(event: Asked): Promise<Answer> {
    this.asked.push(event);
    return this.answer(event, this.asked.length - 1);
  }

  /** Gives one transfer after the other, each of which says `size` and, where it has one, its offset. */
  givesInTurn(
    size: number | undefined,
    ...transfers: readonly (Readable | { stream: Readable; offset: number })[]
  ): void {
    this.answer = (_, time) => {
      const transfer = transfers[time];
      if (!transfer) return { outcome: 'unavailable', upstream: UPSTREAM };
      const found = transfer instanceof Readable ? { stream: transfer } : transfer;
      return { outcome: 'found', found: { ...found, size, upstream: UPSTREAM } };
    };
  }

  /** Gives the whole of `bytes` at once, each time; with another `size` than theirs it lies. */
  has(bytes: Uint8Array, size: number | undefined = bytes.byteLength): void {
    this.answer = () => ({ outcome: 'found', found: { stream: Readable.from([bytes]), size, upstream: UPSTREAM } });
  }
}
