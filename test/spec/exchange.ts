import {
  type BuiltBlob,
  digestBytes,
  type RegistryRequest,
  type RegistryResponse,
  uploadLocation,
  withQuery,
} from '@berth/testkit';
import { expect } from 'vitest';

/** A header that is there once, or `undefined`. */
export function headerOf({ headers }: RegistryResponse, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

/** What `toEqual` takes for any text, number or list, or for one that contains something. */
export const aString: unknown = expect.any(String);
export const aNumber: unknown = expect.any(Number);
export const aList: unknown = expect.any(Array);
export const aListWith = (...entries: readonly unknown[]): unknown => expect.arrayContaining([...entries]);
export const aListWithout = (...entries: readonly unknown[]): unknown => expect.not.arrayContaining([...entries]);
export const aStringWith = (part: string): unknown => expect.stringContaining(part);

export function jsonOf({ body }: RegistryResponse): unknown {
  return JSON.parse(body.toString());
}

/** Expects the spec's error JSON with one error of that code. spec.md#error-codes */
export function expectError(response: RegistryResponse, status: number, code: string): void {
  const what = { status: response.status, type: headerOf(response, 'content-type'), body: safeJsonOf(response) };
  const error: unknown = expect.objectContaining({ code, message: aString });
  expect(what).toEqual({ status, type: 'application/json', body: { errors: [error] } });
}

function safeJsonOf(response: RegistryResponse): unknown {
  try {
    return jsonOf(response);
  } catch {
    return response.body.toString();
  }
}

/** Opens an upload and gives where it goes on. */
export async function startUpload(request: RegistryRequest, repository: string): Promise<string> {
  const response = await request('POST', `/v2/${repository}/blobs/uploads/`);
  expect(response.status).toBe(202);
  return uploadLocation(response);
}

/** A chunk at `start` with its Content-Range. */
export function patchChunk(
  request: RegistryRequest,
  location: string,
  start: number,
  bytes: Buffer,
): Promise<RegistryResponse> {
  const range = `${String(start)}-${String(start + bytes.byteLength - 1)}`;
  const headers = { 'content-type': 'application/octet-stream', 'content-range': range };
  return request('PATCH', location, { headers, body: bytes });
}

/** The closing PUT, with the last bytes where there are any. */
export function closeUpload(
  request: RegistryRequest,
  location: string,
  digest: string,
  bytes: Buffer = Buffer.alloc(0),
): Promise<RegistryResponse> {
  return request('PUT', `${withQuery(location)}digest=${digest}`, { body: bytes });
}

/** A manifest by PUT. */
export function putManifest(
  request: RegistryRequest,
  path: string,
  mediaType: string,
  document: Buffer | object,
): Promise<RegistryResponse> {
  const body = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
  return request('PUT', path, { headers: { 'content-type': mediaType }, body });
}

/** Well-formed, and of nothing that any test pushes. */
export const ABSENT = {
  sha256: digestBytes(Buffer.from('nobody pushes this')),
  sha512: digestBytes(Buffer.from('nobody pushes this'), 'sha512'),
};

/** Bytes that are not those of any other name. */
export function bytesOf(name: string, length = 64): Buffer {
  return Buffer.alloc(length, `${name} `);
}

/** A blob that the repository certainly holds after it. */
export async function pushWhole(
  request: RegistryRequest,
  repository: string,
  { digest, bytes }: BuiltBlob,
): Promise<void> {
  const response = await request('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(response.status).toBe(201);
}

/** An empty configuration that any image manifest may name; push it with `pushWhole`. */
export const EMPTY_CONFIG = { digest: digestBytes(Buffer.from('{}')), bytes: Buffer.from('{}') };

export const EMPTY_DESCRIPTOR = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: EMPTY_CONFIG.digest,
  size: EMPTY_CONFIG.bytes.byteLength,
};
