import { medianSlice } from '../load.ts';
import type { Plan } from '../measure.ts';
import type { Peer, PeerName } from '../peer.ts';
import { type Random, shuffled } from '../random.ts';
import { type ColdPull, median, pullCold } from './cold-pull.ts';
import type { Upstream } from './upstream.ts';
import { pullWarm, type WarmPull, type WarmSlice, warmPullsOf } from './warm-pull.ts';

const MEBIBYTE = 1024 ** 2;
const SIZE = 100 * MEBIBYTE;

export interface ColdMeasurement extends ColdPull {
  readonly clients: number;
  readonly peer: PeerName;
  readonly pulls: readonly ColdPull[];
}

export interface WarmMeasurement extends Pick<WarmPull, 'name' | 'origin'> {
  readonly peer: PeerName;
  readonly cpuMicroseconds: number;
  readonly p50Milliseconds: number;
  /** For each pull. */
  readonly upstreamRequests: number;
}

export interface MirrorMeasurements {
  readonly cold: readonly ColdMeasurement[];
  readonly warm: readonly WarmMeasurement[];
}

/** First and later pulls through mirrors of one upstream, in turns, so that they share the machine's weather. */
export async function measureMirrors(
  peers: readonly Peer[],
  upstream: Upstream,
  plan: Plan,
  random: Random,
): Promise<MirrorMeasurements> {
  for (const peer of peers) await warmUp(peer, upstream, 2 * plan.warmUpMilliseconds);
  const cold: ColdMeasurement[] = [];
  for (const clients of plan.heavyConcurrencies) {
    const pulls = new Map(peers.map((peer): [Peer, ColdPull[]] => [peer, []]));
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const [peer, pulled] of shuffled([...pulls], random)) {
        pulled.push(await pullCold(peer, upstream, SIZE, clients));
      }
    }
    for (const [peer, pulled] of pulls) cold.push({ clients, peer: peer.name, pulls: pulled, ...medianPull(pulled) });
  }
  return { cold, warm: await measureWarm(peers, upstream, plan, random) };
}

/** Pulls other images first: code that a server runs for the first time is slow, and Berth optimises none of it for two seconds. */
async function warmUp(peer: Peer, upstream: Upstream, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  do await pullCold(peer, upstream, SIZE, 1);
  while (performance.now() < end);
}

async function measureWarm(
  peers: readonly Peer[],
  upstream: Upstream,
  plan: Plan,
  random: Random,
): Promise<WarmMeasurement[]> {
  const all = (await Promise.all(peers.map((peer) => warmPullsOf(peer, upstream)))).flat();
  const slices = new Map(all.map((pull): [WarmPull, WarmSlice[]] => [pull, []]));
  for (const pull of all) await pullWarm(pull, upstream, plan.warmUpMilliseconds);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [pull, measured] of shuffled([...slices], random)) {
      measured.push(await pullWarm(pull, upstream, plan.sliceMilliseconds));
    }
  }
  return [...slices].map(([{ name, origin, peer }, measured]) => {
    const { operations, cpuMicrosecondsPerOperation, p50Milliseconds } = medianSlice(measured);
    const asked = measured.reduce((sum, slice) => sum + slice.upstreamRequests, 0);
    const cpuMicroseconds = cpuMicrosecondsPerOperation;
    return { name, origin, peer: peer.name, cpuMicroseconds, p50Milliseconds, upstreamRequests: asked / operations };
  });
}

function medianPull(pulls: readonly ColdPull[]): ColdPull {
  const of = (figure: (pull: ColdPull) => number): number => median(pulls.map(figure));
  return {
    manifestMilliseconds: of((pull) => pull.manifestMilliseconds),
    firstByteMilliseconds: of((pull) => pull.firstByteMilliseconds),
    layerMilliseconds: of((pull) => pull.layerMilliseconds),
    cpuSecondsPerGigabyte: of((pull) => pull.cpuSecondsPerGigabyte),
    upstreamRequests: of((pull) => pull.upstreamRequests),
    upstreamTimes: of((pull) => pull.upstreamTimes),
  };
}
