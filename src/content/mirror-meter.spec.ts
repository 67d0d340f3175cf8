import { describe, expect, it } from 'vitest';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { MirrorMeter } from './mirror-meter.js';
import { countsIn } from './upstream-series.js';

describe('the series of upstreams', () => {
  it('are found again, and read as they were counted', () => {
    const meter = new MirrorMeter(new InMemoryMeter());
    meter.of('docker.io').blobHits.add();
    meter.of('docker.io').sentHeld.add(7);
    meter.of('ghcr.io').fills.broken.add();
    expect(countsIn(meter.of('docker.io'))).toMatchObject({ blobHits: 1, bytesFromCache: 7, fills: { broken: 0 } });
    expect(countsIn(meter.of('ghcr.io'))).toMatchObject({ blobHits: 0, bytesFromCache: 0, fills: { broken: 1 } });
  });

  it('are bounded, whatever sources call them', () => {
    const numbers = new InMemoryMeter();
    const meter = new MirrorMeter(numbers);
    for (let at = 0; at < 1000; at++) meter.of(`u${String(at)}.example`).blobHits.add();
    const hits = numbers
      .snapshot()
      .find(({ name }) => name === 'berth_mirror_blob_pulls_total')
      ?.series.filter(({ labels }) => labels['result'] === 'hit');
    expect(hits).toHaveLength(201);
    expect(hits?.find(({ labels }) => labels['upstream'] === '_other')?.value).toBe(800);
  });
});
