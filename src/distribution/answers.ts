import type { Digest, RepositoryName } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import type { PulledManifest, PushedManifest, ManifestDescription } from '../content/manifests/manifest.service.js';
import type { Page } from '../content/page.js';
import type { UploadStatus } from '../content/uploads/upload.service.js';
import { entityTag, isUnchanged } from '../http/entity-tag.js';
import { API_VERSION, answerRaw } from '../http/raw-answer.js';
import { watchRest } from '../http/idle-watch.js';
import { nextLink } from '../http/link-header.js';

/** What is held may be older than what its upstream has. RFC 7234 section 5.5.1 */
export const STALE = { Warning: '110 - "Response is Stale"' } as const;

const JSON_TYPE = 'application/json';

export function blobPath(repository: RepositoryName, digest: Digest): string {
  return `/v2/${repository}/blobs/${digest}`;
}

/** JSON as bytes, so that the type stays as it is: the spec compares it to the letter. */
export function sendJson(reply: HttpReply, body: unknown, type = JSON_TYPE): void {
  void reply
    .code(200)
    .header('content-type', type)
    .send(Buffer.from(JSON.stringify(body)));
  watchRest(reply.raw, reply.request.facts.idleTimeout);
}

/** Headers of a manifest's answer. */
export function describeManifest({
  mediaType,
  digest,
  size,
  isStale,
}: ManifestDescription): Record<string, string | number> {
  const headers = {
    ...API_VERSION,
    'Content-Type': mediaType,
    'Content-Length': size,
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
  };
  return isStale ? { ...headers, ...STALE } : headers;
}

/** 200 with the bytes, or 304 where the client has them. */
export function sendManifest(request: HttpRequest, reply: HttpReply, manifest: PulledManifest): void {
  request.facts.digest = manifest.digest;
  if (isUnchanged(request, manifest.digest)) {
    const headers = { ETag: entityTag(manifest.digest), ...(manifest.isStale ? STALE : {}) };
    void reply.code(304).headers(headers).send();
    return;
  }
  request.facts.bytes = manifest.size;
  answerRaw(reply, 200, describeManifest(manifest), manifest.text);
}

/** 200 with the headers of the manifest and no body, or 304 where the client has it. */
export function sendManifestHead(request: HttpRequest, reply: HttpReply, manifest: ManifestDescription): void {
  request.facts.digest = manifest.digest;
  answerRaw(reply, isUnchanged(request, manifest.digest) ? 304 : 200, describeManifest(manifest));
}

export interface PushedAnswer extends PushedManifest {
  readonly repository: RepositoryName;
  /** What gates have to say of it. */
  readonly warnings: readonly string[];
}

/** All Warning headers of an answer together. spec.md#warnings */
const WARNING_BYTES = 4096;

/** Values of Warning headers, as many as an answer may have. spec.md#warnings; RFC 7234 section 5.5 */
function warningValues(warnings: readonly string[]): string {
  let values = '';
  for (const text of warnings) {
    const printable = text.replace(/[^\x20-\x7e]+/g, '?').replace(/["\\]/g, '\\$&');
    const value = `${values === '' ? '' : ', '}299 - "${printable}"`;
    if (values.length + value.length > WARNING_BYTES) break;
    values += value;
  }
  return values;
}

/** 201 with what the spec wants to be said of a pushed manifest. */
export function sendPushed(
  request: HttpRequest,
  reply: HttpReply,
  { repository, digest, size, subject, tags, warnings }: PushedAnswer,
): void {
  request.facts.digest = digest;
  request.facts.bytes = size;
  void reply
    .code(201)
    .header('Location', `/v2/${repository}/manifests/${digest}`)
    .header('Docker-Content-Digest', digest)
    .headers(subject === undefined ? {} : { 'OCI-Subject': subject })
    .headers(tags.length === 0 ? {} : { 'OCI-Tag': tags.join(', ') })
    .headers(warnings.length === 0 ? {} : { Warning: warningValues(warnings) })
    .send();
}

/** Where the upload is and how far it has come. An empty one is `0-0`, as clients expect. */
export function sendUpload(
  reply: HttpReply,
  status: 202 | 204,
  repository: RepositoryName,
  { id, offset }: UploadStatus,
): void {
  void reply
    .code(status)
    .header('Location', `/v2/${repository}/blobs/uploads/${id}`)
    .header('Range', `0-${String(Math.max(0, offset - 1))}`)
    .header('Docker-Upload-UUID', id)
    .send();
}

/** 201: the blob is held. */
export function sendBlobCreated(reply: HttpReply, repository: RepositoryName, digest: Digest): void {
  void reply.code(201).header('Location', blobPath(repository, digest)).header('Docker-Content-Digest', digest).send();
}

/** A Link to the next page, where there is one. */
export function linkNext(reply: HttpReply, path: string, { next }: Page<string>): void {
  if (next)
    void reply.header(
      'Link',
      nextLink(path, [
        ['n', String(next.n)],
        ['last', next.last],
      ]),
    );
}
