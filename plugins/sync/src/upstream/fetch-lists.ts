import {
  type Descriptor,
  type Digest,
  encodedOf,
  algorithmOf,
  isSection,
  parseDigest,
  parseTag,
  type Tag,
} from '@berth/sdk';
import { Deadline } from './deadline.js';
import { type Ask, fetchManifest } from './fetch-manifest.js';
import { readBody } from './read-body.js';
import { dump, type UpstreamHost } from './upstream-host.js';

/** No list is followed further than this. */
const MOST_PAGES = 50;
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_TIMEOUT = 10_000;
/** Statuses by which upstreams without the referrers API say so. */
const WITHOUT_REFERRERS: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

export interface Page {
  readonly status: number;
  readonly document: unknown;
  /** Path and query of the next page of the same host. */
  readonly next: string | undefined;
}

/** The tags of a repository, page after page; `undefined` where the host does not know it. */
export async function fetchTags(
  host: UpstreamHost,
  { repository, signal }: Ask,
  mostPages = MOST_PAGES,
): Promise<readonly Tag[] | undefined> {
  const tags: Tag[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=1000`;
  for (let pages = 0; path !== undefined && pages < mostPages; pages++) {
    const { status, document, next }: Page = await fetchPage(host, path, { repository, signal });
    if (status === 404) return undefined;
    if (status !== 200 || !isSection(document))
      throw host.trouble(`it answers ${status} where tags are listed`, status === 200 ? 502 : status);
    tags.push(...tagsIn(document['tags']));
    path = next;
  }
  return tags;
}

/** What refers to `digest`, by the API, or by the tag that stands in for it. Empty where the host knows of nothing. */
export async function fetchReferrers(host: UpstreamHost, digest: Digest, ask: Ask): Promise<readonly Descriptor[]> {
  return (await fetchReferrersByApi(host, digest, ask)) ?? fetchFallback(host, digest, ask);
}

/** What refers to `digest`; `undefined` where the host does not have the API. */
export async function fetchReferrersByApi(
  host: UpstreamHost,
  digest: Digest,
  ask: Ask,
): Promise<readonly Descriptor[] | undefined> {
  const descriptors: Descriptor[] = [];
  let path: string | undefined = `/v2/${ask.repository}/referrers/${digest}`;
  for (let pages = 0; path !== undefined && pages < MOST_PAGES; pages++) {
    const { status, document, next }: Page = await fetchPage(host, path, ask);
    if (WITHOUT_REFERRERS.has(status) || (status === 200 && !isSection(document))) return undefined;
    if (status !== 200 || !isSection(document))
      throw host.trouble(`it answers ${status} where referrers are listed`, status);
    descriptors.push(...descriptorsIn(document['manifests']));
    path = next;
  }
  return descriptors;
}

/** spec.md#referrers-tag-schema */
export function fallbackTag(digest: Digest): string {
  return `${algorithmOf(digest).slice(0, 32)}-${encodedOf(digest).slice(0, 64)}`;
}

async function fetchFallback(host: UpstreamHost, digest: Digest, ask: Ask): Promise<readonly Descriptor[]> {
  const tag = parseTag(fallbackTag(digest));
  const index = tag && (await fetchManifest(host, { kind: 'tag', tag }, ask));
  if (!index) return [];
  const document: unknown = JSON.parse(Buffer.from(index.bytes).toString('utf8'));
  return isSection(document) ? descriptorsIn(document['manifests']) : [];
}

/** One page of a list, whatever it says. `scope`: where it is not of one repository. */
export async function fetchPage(
  host: UpstreamHost,
  path: string,
  { repository, signal, scope }: Ask & { readonly scope?: string },
): Promise<Page> {
  const response = await host.send(
    {
      method: 'GET',
      path,
      repository,
      ...(scope !== undefined && { scope }),
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
    },
    signal,
  );
  const { statusCode: status, headers, body } = response;
  if (status !== 200) {
    await dump(response);
    return { status, document: undefined, next: undefined };
  }
  using deadline = new Deadline(PAGE_TIMEOUT, signal);
  let bytes;
  try {
    bytes = await readBody(body, PAGE_BYTES, deadline.signal);
  } catch (cause) {
    throw host.trouble('it broke off in the midst of a list', deadline.signal.aborted ? 504 : 502, cause);
  }
  host.bandwidth.charge(bytes?.byteLength ?? PAGE_BYTES);
  return { status, document: jsonOf(bytes), next: nextOf(headers['link'], path) };
}

function jsonOf(bytes: Buffer | undefined): unknown {
  try {
    return bytes && JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Where a `Link` leads on this host; another one is not followed. */
function nextOf(link: string | string[] | undefined, from: string): string | undefined {
  const target = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(String(link))?.[1];
  const base = new URL(from, 'http://upstream.invalid');
  if (target === undefined || !URL.canParse(target, base.href)) return undefined;
  const { pathname, search } = new URL(target, base);
  const next = `${pathname}${search}`;
  return pathname.startsWith('/v2/') && next !== from ? next : undefined;
}

function tagsIn(value: unknown): Tag[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((tag) => (typeof tag === 'string' ? parseTag(tag) : undefined)).filter((tag) => tag !== undefined);
}

/** Those that are well-formed: what else an upstream lists is nobody's matter. */
export function descriptorsIn(value: unknown): Descriptor[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter(isDescriptor);
}

export function isDescriptor(value: unknown): value is Descriptor {
  if (!isSection(value)) return false;
  const { mediaType, digest, size } = value;
  const isDigest = typeof digest === 'string' && parseDigest(digest) !== undefined;
  return typeof mediaType === 'string' && isDigest && Number.isSafeInteger(size) && Number(size) >= 0;
}
