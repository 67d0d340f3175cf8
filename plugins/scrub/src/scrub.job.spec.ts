import { beforeEach, describe, expect, it } from 'vitest';
import { byteSize, milliseconds } from '@berth/sdk';
import { BlobCheck } from './blob-check.js';
import { DamageRecord } from './damage-record.js';
import { DamagedBlobs } from './damaged-blobs.js';
import {
  CountingMeter,
  FakeBlobStore,
  FakeFiles,
  FakeManifestStore,
  SilentLogger,
  SteppingClock,
} from './ports.fixture.js';
import { ScrubCommand } from './scrub.command.js';
import { ScrubJob } from './scrub.job.js';
import { ScrubMetrics } from './scrub-metrics.js';
import { ScrubProgress } from './scrub-progress.js';
import { ScrubSettings } from './scrub-settings.js';
import { Scrubber } from './scrubber.js';

const NEVER = new AbortController().signal;
const HOUR = 3_600_000;
const UNBOUNDED = byteSize(0);

let blobs: FakeBlobStore;
let files: FakeFiles;
let clock: SteppingClock;
let logger: SilentLogger;
let settings: ScrubSettings;

function scrubberOver(progress: ScrubProgress): Scrubber {
  const [record, metrics] = [new DamageRecord(files, logger), new ScrubMetrics(new CountingMeter())];
  const damaged = new DamagedBlobs(blobs, record, metrics, clock, logger);
  const check = new BlobCheck(blobs);
  return new Scrubber(blobs, new FakeManifestStore(), check, damaged, progress, record, metrics, clock, logger);
}

/** What a server has that was just started. */
function startedJob(): ScrubJob {
  const progress = new ScrubProgress(files, logger);
  return new ScrubJob(settings, progress, scrubberOver(progress), clock);
}

beforeEach(() => {
  [blobs, files, clock, logger] = [new FakeBlobStore(), new FakeFiles(), new SteppingClock(), new SilentLogger()];
  settings = new ScrubSettings({ interval: milliseconds(3 * HOUR), bytesPerSecond: UNBOUNDED }, logger);
  blobs.put('hello');
});

describe('the job', () => {
  it('reads everything at first, and again only when the interval is over', async () => {
    await startedJob().run(NEVER);
    await startedJob().run(NEVER);
    expect(blobs.reads).toHaveLength(1);

    clock.time += 3 * HOUR;
    await startedJob().run(NEVER);
    expect(blobs.reads).toHaveLength(2);
  });

  it('looks often enough that restarts put no pass off, and may take as long as the interval', () => {
    expect(startedJob()).toMatchObject({ schedule: { every: 15 * 60_000 }, timeout: 3 * HOUR });
  });

  it('goes on at once with a pass that was interrupted', async () => {
    blobs.put('world');
    const abort = new AbortController();
    blobs.onRead = () => {
      if (blobs.reads.length === 2) abort.abort(new Error('stop'));
    };
    await expect(startedJob().run(abort.signal)).rejects.toThrow('stop');
    await startedJob().run(NEVER);

    expect(blobs.reads.filter((digest) => digest === blobs.reads[0])).toHaveLength(1);
    expect(blobs.reads).toHaveLength(3);
  });

  it('takes a new interval without a restart', async () => {
    const job = startedJob();
    await job.run(NEVER);
    settings.reconfigure({ interval: milliseconds(1), bytesPerSecond: UNBOUNDED });
    await job.run(NEVER);

    expect(blobs.reads).toHaveLength(2);
  });

  it('warns of an interval shorter than zot takes, and takes it', () => {
    expect(logger.warnings).toEqual([]);
    settings.reconfigure({ interval: milliseconds(HOUR), bytesPerSecond: UNBOUNDED });

    expect(logger.warnings).toEqual([expect.stringContaining('1h')]);
    expect(settings.interval).toBe(HOUR);
  });
});

describe('the command', () => {
  async function command(): Promise<{ readonly code: number; readonly text: string }> {
    let text = '';
    const console = { out: (written: string) => void (text += written), err: () => {} };
    const scrub = new ScrubCommand(scrubberOver(new ScrubProgress(files, logger)));
    return { code: await scrub.run({ args: [], console, signal: NEVER }), text };
  }

  it('reads everything from the beginning and ends with 0 where all is whole', async () => {
    await command();

    expect(await command()).toEqual({ code: 0, text: expect.stringContaining('1 blobs (5 bytes) read') as string });
    expect(blobs.reads).toHaveLength(2);
  });

  it('prints what is damaged and ends with 1', async () => {
    const { digest } = blobs.put('world', Buffer.from('worlt'));
    const { code, text } = await command();

    expect(code).toBe(1);
    expect(text).toContain(digest);
    expect(text).toContain('library/app');
  });

  it('ends with 0 where all that was damaged is whole again', async () => {
    blobs.put('world', Buffer.from('worlt'));
    blobs.outcome = 'repaired';
    const { code, text } = await command();

    expect(code).toBe(0);
    expect(text).toContain('repaired');
  });
});
