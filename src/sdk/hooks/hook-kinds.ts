import type { GateEvents, HookName, NotifyEvents, SourceEvents } from './hook-events.js';

export type HookKind = 'gate' | 'source' | 'notify';

type KindOf<Name extends HookName> = Name extends keyof GateEvents
  ? 'gate'
  : Name extends keyof SourceEvents
    ? 'source'
    : Name extends keyof NotifyEvents
      ? 'notify'
      : never;

/** The kind of every hook. A hook that is missing here, or has another kind than its event, does not compile. */
export const HOOK_KINDS: { readonly [Name in HookName]: KindOf<Name> } = {
  'upload.beforeStart': 'gate',
  'blob.beforeCommit': 'gate',
  'manifest.beforePut': 'gate',
  'tag.beforeMove': 'gate',
  'manifest.beforeDelete': 'gate',
  'manifest.beforeGet': 'gate',
  'tag.refresh': 'source',
  'manifest.readMiss': 'source',
  'blob.readMiss': 'source',
  'referrers.refresh': 'source',
  'tags.listMiss': 'source',
  'manifest.pushed': 'notify',
  'manifest.pulled': 'notify',
  'manifest.deleted': 'notify',
  'image.filled': 'notify',
  'tag.moved': 'notify',
  'tag.deleted': 'notify',
  'blob.pushed': 'notify',
  'blob.pulled': 'notify',
  'blob.mounted': 'notify',
  'blob.deleted': 'notify',
  'blob.quarantined': 'notify',
  'blob.repaired': 'notify',
  'repository.created': 'notify',
  'repository.deleted': 'notify',
  'upload.started': 'notify',
  'upload.finished': 'notify',
  'upload.expired': 'notify',
  'request.completed': 'notify',
  'upstream.requested': 'notify',
  'auth.succeeded': 'notify',
  'auth.failed': 'notify',
  'policy.violated': 'notify',
  'job.completed': 'notify',
  'garbageCollection.completed': 'notify',
};
