import { createHash } from 'node:crypto';
import {
  algorithmOf,
  type Descriptor,
  type Digest,
  digestOf,
  formatReference,
  isSection,
  MANIFEST_MAX_BYTES,
  MEDIA_TYPES,
  mediaTypeOf,
  parseDigest,
  type Reference,
} from '@berth/sdk';
import { Deadline } from './deadline.js';
import { readBody } from './read-body.js';
import { dump, type UpstreamHost, type UpstreamResponse } from './upstream-host.js';

export interface FetchedManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** Milliseconds that the bytes of a manifest may take once they have begun to come. */
const BODY_TIMEOUT = 10_000;

const TYPES: readonly string[] = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifestList,
  MEDIA_TYPES.dockerManifest,
];
const HEADERS = { accept: TYPES.join(', '), 'accept-encoding': 'identity' };

/** What is asked of an upstream: where, and how long it may take. */
export interface Ask {
  /** Of the upstream. */
  readonly repository: string;
  readonly signal: AbortSignal;
}

/** A manifest by GET: `undefined` where the host says there is none. Rejects with UpstreamTrouble, also for what is no manifest. */
export async function fetchManifest(
  host: UpstreamHost,
  reference: Reference,
  { repository, signal }: Ask,
): Promise<FetchedManifest | undefined> {
  const response = await host.send(
    { method: 'GET', path: pathOf(repository, reference), repository, headers: HEADERS },
    signal,
  );
  if (!(await isThere(host, response))) return undefined;
  const bytes = await bytesOf(host, response, signal);
  const mediaType = typeOf(response, bytes);
  if (mediaType === undefined) throw host.trouble('what it gives is no manifest');
  const claimed = digestIn(response);
  const wanted = reference.kind === 'digest' ? reference.digest : claimed;
  const digest = hash(wanted, bytes);
  if (wanted !== undefined && digest !== wanted) throw host.trouble(`it gives ${digest} for ${wanted}`);
  if (claimed !== undefined && hash(claimed, bytes) !== claimed) throw host.trouble(`it calls ${digest} ${claimed}`);
  return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes };
}

/** Where a tag points, by HEAD; by GET where the host does not say it otherwise. `undefined` where it has no such tag. */
export async function resolveTag(host: UpstreamHost, reference: Reference, ask: Ask): Promise<Descriptor | undefined> {
  const { repository, signal } = ask;
  const response = await host.send(
    { method: 'HEAD', path: pathOf(repository, reference), repository, headers: HEADERS },
    signal,
  );
  await dump(response);
  const { statusCode, headers } = response;
  if (statusCode === 404) return undefined;
  const digest = digestIn(response);
  const mediaType = mediaTypeOf(String(headers['content-type']));
  const size = Number(headers['content-length']);
  if (statusCode === 200 && mediaType === 'text/html') throw host.trouble('what it gives is no manifest');
  if (statusCode === 200 && digest && TYPES.includes(mediaType) && Number.isSafeInteger(size) && size > 0) {
    return { mediaType, digest, size };
  }
  return (await fetchManifest(host, reference, ask))?.descriptor;
}

function pathOf(repository: string, reference: Reference): string {
  return `/v2/${repository}/manifests/${formatReference(reference)}`;
}

async function isThere(host: UpstreamHost, response: UpstreamResponse): Promise<boolean> {
  if (response.statusCode === 200) return true;
  await dump(response);
  if (response.statusCode === 404) return false;
  throw host.trouble(`it answers ${response.statusCode}`, response.statusCode);
}

async function bytesOf(host: UpstreamHost, { body, headers }: UpstreamResponse, signal: AbortSignal): Promise<Buffer> {
  using deadline = new Deadline(BODY_TIMEOUT, signal);
  let bytes;
  try {
    bytes = await readBody(body, MANIFEST_MAX_BYTES, deadline.signal);
  } catch (cause) {
    throw host.trouble('it broke off in the midst of a manifest', deadline.signal.aborted ? 504 : 502, cause);
  }
  // Somebody waits for it, and it is small: it has no turn to wait for.
  host.bandwidth.charge(bytes?.byteLength ?? MANIFEST_MAX_BYTES);
  if (!bytes) throw host.trouble(`what it gives is longer than the ${MANIFEST_MAX_BYTES} bytes of a manifest`);
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== bytes.byteLength) throw host.trouble('it gives less than it said');
  return bytes;
}

/** Its Content-Type, or where that says nothing, what the document says of itself. */
function typeOf({ headers }: UpstreamResponse, bytes: Buffer): string | undefined {
  const type = mediaTypeOf(String(headers['content-type']));
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isSection(document) || document['schemaVersion'] !== 2) return undefined;
  if (TYPES.includes(type)) return type;
  const { mediaType: own } = document;
  return typeof own === 'string' && (TYPES.includes(own) || own === type) ? own : undefined;
}

function digestIn({ headers }: UpstreamResponse): Digest | undefined {
  const header = headers['docker-content-digest'];
  return typeof header === 'string' ? parseDigest(header) : undefined;
}

function hash(like: Digest | undefined, bytes: Uint8Array): Digest {
  const algorithm = like === undefined ? 'sha256' : algorithmOf(like);
  return digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
}
