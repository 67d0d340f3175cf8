import { setTimeout as delay } from 'node:timers/promises';
import { type CpuReading, cpuBetween, readCpu } from '../cpu-time.ts';
import { HttpConnection, renderRequest } from '../http-connection.ts';
import type { Peer } from '../peer.ts';
import { manifestRequest, sendExpecting } from '../registry-client.ts';
import type { Upstream } from './upstream.ts';

export const MIRRORED = 'bench/mirrored';
/** A server that has done less in a tenth of a second has nothing left to do. Nanoseconds of CPU. */
const RESTING = 1_000_000;
const RESTING_DEADLINE = 20_000;

/** The first pull of an image: its manifest by tag, then its layer by all clients at once. */
export interface ColdPull {
  readonly manifestMilliseconds: number;
  /** Of the layer, from its request on; the median of the clients. */
  readonly firstByteMilliseconds: number;
  readonly layerMilliseconds: number;
  /** Of the mirror, with what it does after the last byte has left, for each GB that clients got. */
  readonly cpuSecondsPerGigabyte: number;
  readonly upstreamRequests: number;
  /** How often the upstream sent the layer. */
  readonly upstreamTimes: number;
}

export async function pullCold(peer: Peer, upstream: Upstream, bytes: number, clients: number): Promise<ColdPull> {
  const image = await upstream.order(bytes);
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(peer.origin)));
  try {
    const [before, cpuBefore] = [await upstream.counts(), await resting(peer, upstream)];
    const manifest = await timed(
      connections.slice(0, 1),
      manifestRequest(peer.origin, 'GET', MIRRORED, image.tag),
      image.size,
    );
    const request = renderRequest(peer.origin, 'GET', `/v2/${MIRRORED}/blobs/${image.layer}`);
    const layer = await timed(connections, request, bytes);
    const cpu = cpuBetween(cpuBefore, await resting(peer, upstream));
    const after = await upstream.counts();
    return {
      manifestMilliseconds: manifest.total,
      firstByteMilliseconds: layer.firstByte,
      layerMilliseconds: layer.total,
      cpuSecondsPerGigabyte: cpu / (bytes * clients),
      upstreamRequests: after.requests - before.requests,
      upstreamTimes: (after.bytes - before.bytes) / bytes,
    };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Medians of the clients, in milliseconds. */
async function timed(
  connections: readonly HttpConnection[],
  request: ReturnType<typeof renderRequest>,
  bytes: number,
): Promise<{ readonly firstByte: number; readonly total: number }> {
  const began = performance.now();
  const times = await Promise.all(
    connections.map(async (connection) => {
      let firstByte: number | undefined;
      const sink = (): void => {
        firstByte ??= performance.now() - began;
      };
      const { bodyLength } = await sendExpecting(connection, request, 200, sink);
      if (bodyLength !== bytes) throw new Error(`${request.path} has ${bodyLength} bytes, not ${bytes}`);
      return { firstByte: firstByte ?? Number.NaN, total: performance.now() - began };
    }),
  );
  return { firstByte: median(times.map((time) => time.firstByte)), total: median(times.map((time) => time.total)) };
}

/** What the peer has used once it does nothing more: docker-registry fetches and stores on when its client has all. */
async function resting(peer: Peer, upstream: Upstream): Promise<CpuReading> {
  const deadline = performance.now() + RESTING_DEADLINE;
  for (let reading = readCpu(peer.pid); performance.now() < deadline;) {
    await delay(100);
    const next = readCpu(peer.pid);
    if (cpuBetween(reading, next) < RESTING && (await upstream.counts()).open === 0) return next;
    reading = next;
  }
  throw new Error(`${peer.name} does not come to rest`);
}

export function median(figures: readonly number[]): number {
  const ascending = figures.toSorted((left, right) => left - right);
  const middle = (ascending.length - 1) / 2;
  return ((ascending[Math.floor(middle)] ?? Number.NaN) + (ascending[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
