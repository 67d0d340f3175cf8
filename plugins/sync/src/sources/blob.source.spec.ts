import 'reflect-metadata';
import { buffer } from 'node:stream/consumers';
import { parseRepositoryName, validateSection } from '@berth/sdk';
import {
  FakeBlobStore,
  FakeClock,
  FakeContext,
  FakeMeter,
  FakeContributedCredentials,
  FakeNotifier,
  FakePluginLogger,
  FakeRepositoryCatalog,
  FakeUpstreamCaches,
} from '@berth/sdk/testing';
import { aBlob, FakeUpstream } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SyncConfig } from '../config/sync.config.js';
import { Mirror } from '../mirror/mirror.js';
import { Registries } from '../mirror/registries.js';
import { SyncMetrics } from '../sync-metrics.js';
import { CredentialFiles } from '../upstream/credential-files.js';
import { BlobSource } from './blob.source.js';
import { HeldBlobs } from './held-blobs.js';

const blob = aBlob(Buffer.from('0123456789'));
const repository = parseRepositoryName('team/app') ?? expect.fail();

describe('a blob that broke off', () => {
  let first: FakeUpstream;
  let second: FakeUpstream;
  let registries: Registries;
  let source: BlobSource;

  beforeEach(async () => {
    [first, second] = [await FakeUpstream.start(), await FakeUpstream.start()];
    for (const upstream of [first, second]) upstream.hasBlob('team/app', blob);
    const { config } = validateSection(SyncConfig, { registries: [{ urls: [first.url, second.url], onDemand: true }] });
    const [clock, logger, meter] = [new FakeClock(), new FakePluginLogger(), new FakeMeter()];
    const credentials = new CredentialFiles(config, logger, clock, meter);
    registries = new Registries(
      config,
      new FakeRepositoryCatalog(),
      new FakeUpstreamCaches(),
      credentials,
      new FakeContributedCredentials(),
      new SyncMetrics(meter, new FakeNotifier()),
      clock,
      logger,
    );
    source = new BlobSource(new Mirror(registries, logger, clock), new HeldBlobs(new FakeBlobStore(), clock), clock);
  });

  afterEach(async () => {
    await registries.onApplicationShutdown();
    await Promise.all([first.close(), second.close()]);
  });

  async function readFrom(offset: number): Promise<unknown> {
    const result = await source.handle({ repository, digest: blob.digest, offset }, new FakeContext());
    if (result.outcome !== 'found' || 'isConfirmed' in result.found) return result;
    const bytes = await buffer(result.found.stream).catch(() => 'cut');
    return [String(bytes), result.found.offset];
  }

  it('goes on from the next url, by Range', async () => {
    first.behaviour = { cutsAfter: 4 };
    expect([await readFrom(0), await readFrom(4)]).toEqual([
      ['cut', 0],
      ['456789', 4],
    ]);
    expect(second.requests[0]?.headers.range).toBe('bytes=4-');
  });

  it('goes on from the same one where the next is in trouble', async () => {
    first.behaviour = { cutsAfter: 4 };
    await readFrom(0);
    first.behaviour = {};
    second.behaviour = { status: 500 };
    expect(await readFrom(4)).toEqual(['456789', 4]);
  });
});
