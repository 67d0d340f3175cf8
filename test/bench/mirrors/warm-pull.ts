import { renderRequest, type HttpRequest } from '../http-connection.ts';
import { type Operation, runSlice, type Slice } from '../load.ts';
import type { Peer } from '../peer.ts';
import { fetchBytes, manifestRequest, pushBlob, sendExpecting } from '../registry-client.ts';
import { BlobFactory } from '../blob-factory.ts';
import { RepositoryFixtures, tagName } from '../repository-fixtures.ts';
import { MIRRORED } from './cold-pull.ts';
import type { Upstream } from './upstream.ts';

const MEBIBYTE = 1024 ** 2;
const PUSHED_BLOBS = 'bench/pushed-blobs';

/** What is asked for over and over once it is held. */
export interface WarmPull {
  readonly name: 'manifest by tag' | 'blob of 1 MiB';
  /** Whether it came from the upstream or was pushed. */
  readonly origin: 'mirrored' | 'pushed';
  readonly peer: Peer;
  readonly operation: Operation;
}

export interface WarmSlice extends Slice {
  readonly upstreamRequests: number;
}

/** What one peer is asked for; docker-registry takes no pushes where it has an upstream. */
export async function warmPullsOf(peer: Peer, upstream: Upstream): Promise<WarmPull[]> {
  const fixtures = new RepositoryFixtures(peer);
  const image = await upstream.order(MEBIBYTE);
  const manifest = manifestRequest(peer.origin, 'GET', MIRRORED, image.tag);
  const layer = renderRequest(peer.origin, 'GET', `/v2/${MIRRORED}/blobs/${image.layer}`);
  await fixtures.withConnection(async (connection) => {
    for (const request of [manifest, layer]) await fetchBytes(connection, request);
  });
  const mirrored = [
    { name: 'manifest by tag', origin: 'mirrored', peer, operation: getting(manifest, image.size) },
    { name: 'blob of 1 MiB', origin: 'mirrored', peer, operation: getting(layer, MEBIBYTE) },
  ] as const;
  return peer.name === 'cncf-mirror' ? [...mirrored] : [...mirrored, ...(await pushedTo(peer, fixtures))];
}

async function pushedTo(peer: Peer, fixtures: RepositoryFixtures): Promise<WarmPull[]> {
  const { repository, manifest } = await fixtures.tagged(1);
  const blob = new BlobFactory(MEBIBYTE).next();
  await fixtures.withConnection((connection) => pushBlob(connection, peer.origin, PUSHED_BLOBS, blob));
  const request = manifestRequest(peer.origin, 'GET', repository, tagName(0));
  const layer = renderRequest(peer.origin, 'GET', `/v2/${PUSHED_BLOBS}/blobs/${blob.digest}`);
  return [
    { name: 'manifest by tag', origin: 'pushed', peer, operation: getting(request, manifest.bytes.length) },
    { name: 'blob of 1 MiB', origin: 'pushed', peer, operation: getting(layer, MEBIBYTE) },
  ];
}

/** One slice, with what was asked of the upstream meanwhile. */
export async function pullWarm(
  { peer, operation }: WarmPull,
  upstream: Upstream,
  milliseconds: number,
): Promise<WarmSlice> {
  const before = await upstream.counts();
  const slice = await runSlice(peer, operation, { concurrency: 16, milliseconds });
  return { ...slice, upstreamRequests: (await upstream.counts()).requests - before.requests };
}

function getting(request: HttpRequest, length: number): Operation {
  return async (connection) => {
    const { bodyLength } = await sendExpecting(connection, request, 200);
    if (bodyLength !== length) throw new Error(`${request.path} has ${bodyLength} bytes, not ${length}`);
  };
}
