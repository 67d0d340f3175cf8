import { beforeAll, describe, expect, it } from 'vitest';
import { megabytes, memoryOf } from './process-memory.js';
import { useServers } from './use-servers.js';

const STARTS = 3;
const MOST_RESIDENT = 100 * 1024 * 1024;
const SLOWEST_START = 2000;

describe('an idle server', () => {
  const servers = useServers();
  const startTimes: number[] = [];
  const residents: number[] = [];

  beforeAll(async () => {
    for (let start = 0; start < STARTS; start += 1) {
      const folder = await servers.folder();
      const begin = performance.now();
      const server = await (await servers.launch(folder)).ready();
      startTimes.push(performance.now() - begin);
      residents.push((await memoryOf(server.pid)).resident);
      await server.stop();
    }
  });

  it('is ready within 2 s of its start', () => {
    const median = medianOf(startTimes);
    process.stdout.write(`ready after ${median.toFixed(0)} ms (median of ${String(STARTS)} starts)\n`);
    expect(median).toBeLessThan(SLOWEST_START);
  });

  it('stays under 100 MiB resident', () => {
    const median = medianOf(residents);
    process.stdout.write(`resident when ready: ${megabytes(median)} (median of ${String(STARTS)} starts)\n`);
    expect(median).toBeLessThan(MOST_RESIDENT);
  });
});

function medianOf(values: readonly number[]): number {
  const median = values.toSorted((left, right) => left - right)[values.length >> 1];
  if (median === undefined) throw new Error('no value has no median');
  return median;
}
