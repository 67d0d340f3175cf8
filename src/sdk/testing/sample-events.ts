import type { HookEvents, HookName } from '../hooks/hook-events.js';
import type { Digest } from '../oci/digest.js';
import type { Reference } from '../oci/reference.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';

const repository = 'team/app' as RepositoryName;
const tag = 'latest' as Tag;
const digest = `sha256:${'0'.repeat(64)}` as Digest;
const other = `sha256:${'1'.repeat(64)}` as Digest;
const reference: Reference = { kind: 'tag', tag };
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const upload = '00000000-0000-4000-8000-000000000000';
const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType }));
const ofBlob = { repository, digest, size: 1024 };
const ofManifest = { repository, digest, mediaType, size: bytes.byteLength, origin: 'pushed' } as const;

/** One event of every hook, as a push and a pull of `team/app:latest` cause them. */
export const SAMPLE_EVENTS: { readonly [Name in HookName]: HookEvents[Name] } = {
  'upload.beforeStart': { repository, upload, declaredLength: 1024 },
  'blob.beforeCommit': { ...ofBlob, upload, origin: 'pushed' },
  'manifest.beforePut': { ...ofManifest, reference, tags: [tag], manifest: { mediaType }, bytes },
  'tag.beforeMove': { repository, tag, digest, previous: other, origin: 'pushed' },
  'manifest.beforeDelete': { repository, reference, digest },
  'manifest.beforeGet': { repository, reference, digest },
  'tag.refresh': { repository, tag, held: digest },
  'manifest.readMiss': { repository, reference },
  'blob.readMiss': { repository, digest, offset: 0 },
  'referrers.refresh': { repository, digest },
  'tags.listMiss': { repository },
  'manifest.pushed': { ...ofManifest, tags: [tag], subject: undefined },
  'manifest.pulled': { ...ofManifest, reference },
  'manifest.deleted': { repository, digest, reason: 'request' },
  'image.filled': { repository, digest, mediaType, upstream: 'docker.io', indexes: [other], bytes: 4096, duration: 1 },
  'tag.moved': { repository, tag, digest, previous: other },
  'tag.deleted': { repository, tag, digest },
  'blob.pushed': ofBlob,
  'blob.pulled': ofBlob,
  'blob.mounted': { ...ofBlob, from: 'team/base' as RepositoryName },
  'blob.deleted': { repository, digest, reason: 'garbage' },
  'blob.quarantined': { store: 'default', digest },
  'blob.repaired': { store: 'default', digest },
  'repository.created': { repository },
  'repository.deleted': { repository },
  'upload.started': { repository, upload },
  'upload.finished': { repository, upload, digest },
  'upload.expired': { repository, upload, reason: 'stale' },
  'request.completed': { method: 'GET', route: '/v2/', status: 200, duration: 1, repository: undefined },
  'upstream.requested': {
    upstream: 'docker.io',
    method: 'GET',
    route: '/v2/:name/manifests/:reference',
    repository,
    status: 200,
    duration: 1,
  },
  'auth.succeeded': { method: 'basic' },
  'auth.failed': { method: 'basic', user: 'anna' },
  'policy.violated': { repository, plugin: 'lint', rule: 'one', digest, reference, mode: 'warn', message: 'no' },
  'job.completed': { job: 'scrub.scan', outcome: 'succeeded', duration: 1 },
  'garbageCollection.completed': { manifests: 0, blobs: 0, uploads: 0, bytes: 0 },
};

/** An event of the hook `name`: the sample, with the fields of `changes` in place of its own, frozen as the host gives it. */
export function anEvent<Name extends HookName>(
  name: Name,
  changes: Partial<HookEvents[Name]> = {},
): Readonly<HookEvents[Name]> {
  const event: HookEvents[Name] = Object.assign({}, SAMPLE_EVENTS[name], changes);
  return Object.freeze(event);
}
