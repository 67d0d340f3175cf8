import { Readable } from 'node:stream';
import type { Digest } from '@berth/sdk';
import { expect } from 'vitest';
import type { BuiltBlob, BuiltManifest } from '../kit/builders/built-manifest.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import type { SocketRequest } from './socket-request.js';

const PIECE = 32 * 1024;

export interface DockerPush {
  readonly repository: string;
  readonly tag: string;
  readonly image: BuiltManifest;
  /** Headers for every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The requests of `docker push` by a daemon without the containerd store, one after the other, once it has logged in.
 *
 * @returns the blobs that it sent: what it is told is there, it does not ("Layer already exists").
 */
export async function dockerPush(request: SocketRequest, push: DockerPush): Promise<readonly Digest[]> {
  const { repository, tag, image, headers = {} } = push;
  const sent: Digest[] = [];
  for (const blob of image.blobs) {
    const { status } = await request('HEAD', `/v2/${repository}/blobs/${blob.digest}`, { headers });
    expect([200, 404]).toContain(status);
    if (status === 200) continue;
    await pushChunked(request, push, blob);
    sent.push(blob.digest);
  }
  const put = await request('PUT', `/v2/${repository}/manifests/${tag}`, {
    headers: { ...headers, 'content-type': image.mediaType },
    body: image.manifest,
  });
  // An empty Docker-Content-Digest makes the daemon report that the push failed.
  expect([put.status, put.headers['docker-content-digest']]).toEqual([201, image.digest]);
  return sent;
}

/** One PATCH of unknown length, and a PUT without a body. */
async function pushChunked(request: SocketRequest, push: DockerPush, { digest, bytes }: BuiltBlob): Promise<void> {
  const { repository, headers = {} } = push;
  const opened = await request('POST', `/v2/${repository}/blobs/uploads/`, { headers });
  expect(opened.status).toBe(202);
  expect(opened.headers['docker-upload-uuid']).toBeTypeOf('string');

  const body = Readable.from(slices(bytes, PIECE));
  const patched = await request('PATCH', uploadLocation(opened), { headers, body });
  expect([patched.status, patched.headers['range']]).toEqual([202, `0-${String(bytes.length - 1)}`]);

  const closing = `${withQuery(uploadLocation(patched))}digest=${encodeURIComponent(digest)}`;
  const closed = await request('PUT', closing, { headers });
  expect([closed.status, closed.headers['docker-content-digest']]).toEqual([201, digest]);

  const head = await request('HEAD', `/v2/${repository}/blobs/${digest}`, { headers });
  expect([head.status, head.headers['content-length']]).toEqual([200, String(bytes.length)]);
}

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
