import type { BuiltBlob, BuiltManifest } from './builders/built-manifest.js';
import type { RegistryRequest, RegistryResponse } from './registry-request.js';

export interface PushOptions {
  /** Default: the manifest's digest, so that it stays untagged. */
  readonly tag?: string;
  /** Headers for every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Pushes an image, index or artifact with all that it names: children, then blobs, then the manifest.
 *
 * @returns the answer to the manifest's PUT: 201.
 * @throws Error for any other answer on the way, with the request, the status, the body and the seed of what was pushed.
 */
export async function pushManifest(
  request: RegistryRequest,
  repository: string,
  built: BuiltManifest,
  options: PushOptions = {},
): Promise<RegistryResponse> {
  for (const child of built.children) await pushManifest(request, repository, child, { ...options, tag: child.digest });
  for (const blob of built.blobs) await pushBlob(request, repository, blob, options);
  const path = `/v2/${repository}/manifests/${options.tag ?? built.digest}`;
  const response = await request('PUT', path, {
    headers: { ...options.headers, 'content-type': built.mediaType },
    body: built.manifest,
  });
  expectStatus(response, 201, `PUT ${path} (seed ${String(built.seed)})`);
  return response;
}

/**
 * Pushes one blob: POST, then one PUT. spec.md#post-then-put
 *
 * @throws Error for any answer but 202 and then 201.
 */
export async function pushBlob(
  request: RegistryRequest,
  repository: string,
  blob: BuiltBlob,
  options: Pick<PushOptions, 'headers'> = {},
): Promise<void> {
  const path = `/v2/${repository}/blobs/uploads/`;
  const opened = await request('POST', path, { headers: { ...options.headers, 'content-length': '0' } });
  expectStatus(opened, 202, `POST ${path}`);
  const closing = `${withQuery(uploadLocation(opened))}digest=${encodeURIComponent(blob.digest)}`;
  const closed = await request('PUT', closing, {
    headers: {
      ...options.headers,
      'content-type': 'application/octet-stream',
      'content-length': String(blob.bytes.length),
    },
    body: blob.bytes,
  });
  expectStatus(closed, 201, `PUT ${closing}`);
}

/**
 * The path and query of a response's `Location`, which may be relative or absolute.
 *
 * @throws Error where there is none.
 */
export function uploadLocation(response: RegistryResponse): string {
  const location = response.headers['location'];
  if (typeof location !== 'string') throw new Error('the response has no Location');
  const url = new URL(location, 'http://registry.invalid');
  return `${url.pathname}${url.search}`;
}

/** `location` ready for one more parameter: it may hold a query already. */
export function withQuery(location: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}`;
}

function expectStatus(response: RegistryResponse, expected: number, what: string): void {
  if (response.status === expected) return;
  throw new Error(`${what}: expected ${String(expected)}, got ${String(response.status)} ${response.body.toString()}`);
}
