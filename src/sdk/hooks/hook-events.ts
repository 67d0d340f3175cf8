import type { Readable } from 'node:stream';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { Manifest, Origin } from '../oci/manifest.js';
import type { Reference } from '../oci/reference.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';

interface InRepository {
  readonly repository: RepositoryName;
}

interface OfBlob extends InRepository {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

interface OfManifest extends InRepository {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly origin: Origin;
}

/** Gates: before something is committed or served. */
export interface GateEvents {
  'upload.beforeStart': InRepository & {
    readonly upload: string;
    /** Bytes, where the client says how many will come. */
    readonly declaredLength: number | undefined;
  };
  'blob.beforeCommit': OfBlob & {
    readonly origin: Origin;
    /** The upload that brought it, or under which what a source gives is stored; `undefined` for a mount. */
    readonly upload: string | undefined;
  };
  'manifest.beforePut': OfManifest & {
    readonly reference: Reference;
    readonly tags: readonly Tag[];
    readonly manifest: Manifest;
    readonly bytes: Uint8Array;
  };
  'tag.beforeMove': InRepository & {
    readonly tag: Tag;
    readonly digest: Digest;
    readonly previous: Digest | undefined;
    readonly origin: Origin;
  };
  'manifest.beforeDelete': InRepository & { readonly reference: Reference; readonly digest: Digest };
  'manifest.beforeGet': InRepository & { readonly reference: Reference; readonly digest: Digest };
}

/** What a source found: bytes that core verifies and keeps. */
export interface SourceFinds {
  'tag.refresh': Descriptor & {
    /** True: where this cannot be had, what is held is not served in its place. */
    readonly withholdsHeld?: boolean;
    /** Milliseconds for which this holds: until then the source need not be asked again. */
    readonly freshFor?: number;
  };
  'manifest.readMiss': { readonly mediaType: string; readonly bytes: Uint8Array; readonly upstream: string };
  'blob.readMiss': FoundBlob | ConfirmedBlob;
  'referrers.refresh': readonly Descriptor[];
  'tags.listMiss': readonly Tag[];
}

/** A blob as it comes. */
export interface FoundBlob {
  readonly stream: Readable;
  /** Of the whole blob, in bytes, where the source knows it. */
  readonly size: number | undefined;
  readonly upstream: string;
  /** Which byte of the blob the stream begins with; absent: the first, also where a later one was asked for. */
  readonly offset?: number;
  /** True: nobody else uses the pieces of the stream, so that their memory is given back as soon as they are stored. */
  readonly isHandedOver?: boolean;
}

/** The upstream has it for this very repository, and it need not come: those bytes are used that are `here`. */
export interface ConfirmedBlob {
  readonly isConfirmed: true;
  readonly upstream: string;
}

/** Bytes of a blob that the server has, all of them, for other repositories. */
export interface BlobHere {
  readonly size: number;
  /** Upstreams that they came from: only one of them can have them used by confirming the blob. */
  readonly suppliers: readonly string[];
}

/** The upstream that is to give it and no other, where whoever wants it knows: the `upstream` of what a source finds. */
interface OfUpstream {
  readonly upstream?: string;
}

/** Sources: content is missing, or may be stale. */
export interface SourceEvents {
  'tag.refresh': InRepository & { readonly tag: Tag; readonly held: Digest | undefined };
  'manifest.readMiss': InRepository & OfUpstream & { readonly reference: Reference };
  'blob.readMiss': InRepository &
    OfUpstream & {
      readonly digest: Digest;
      /** The first byte that is wanted: above 0 where a transfer has broken off and its bytes are kept. */
      readonly offset: number;
      /** Absent where they have to come. A source may give them all the same. */
      readonly here?: BlobHere;
    };
  'referrers.refresh': InRepository & { readonly digest: Digest };
  'tags.listMiss': InRepository;
}

/** Why something has gone. `evicted`: it came from an upstream, and others have its room. */
export type RemovalReason = 'request' | 'garbage' | 'evicted';

/** Notifications: facts that have happened. */
export interface NotifyEvents {
  'manifest.pushed': OfManifest & { readonly tags: readonly Tag[]; readonly subject: Digest | undefined };
  'manifest.pulled': OfManifest & { readonly reference: Reference };
  'manifest.deleted': InRepository & { readonly digest: Digest; readonly reason: RemovalReason };
  'image.filled': InRepository & {
    /** Of the image's manifest, of which the repository now has the config and every layer that need not lie elsewhere. */
    readonly digest: Digest;
    readonly mediaType: string;
    /** Who supplied the manifest. */
    readonly upstream: string;
    /** The indexes of the repository that name it. */
    readonly indexes: readonly Digest[];
    /** Of the manifest and of those that it names and are held, each once. */
    readonly bytes: number;
    /** Milliseconds since its manifest came. */
    readonly duration: number;
  };
  'tag.moved': InRepository & {
    readonly tag: Tag;
    readonly digest: Digest;
    readonly previous: Digest | undefined;
  };
  'tag.deleted': InRepository & { readonly tag: Tag; readonly digest: Digest };
  'blob.pushed': OfBlob;
  'blob.pulled': OfBlob;
  'blob.mounted': OfBlob & { readonly from: RepositoryName };
  'blob.deleted': InRepository & { readonly digest: Digest; readonly reason: RemovalReason };
  'blob.quarantined': { readonly store: string; readonly digest: Digest };
  'blob.repaired': { readonly store: string; readonly digest: Digest };
  'repository.created': InRepository;
  'repository.deleted': InRepository;
  'upload.started': InRepository & { readonly upload: string };
  'upload.finished': InRepository & { readonly upload: string; readonly digest: Digest };
  'upload.expired': InRepository & { readonly upload: string; readonly reason: 'cancelled' | 'failed' | 'stale' };
  'request.completed': {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    /** Milliseconds. */
    readonly duration: number;
    readonly repository: string | undefined;
    /** The header of that name, as it came: the span the request is part of. W3C Trace Context */
    readonly traceparent?: string | undefined;
    /** The request's own span, in the form of that header: where requests are traced (`Tracing`). */
    readonly span?: string | undefined;
  };
  'upstream.requested': {
    /** The host that was asked. */
    readonly upstream: string;
    readonly method: string;
    /** `/v2/:name/manifests/:reference` and the like. */
    readonly route: string;
    /** What the repository is called there. */
    readonly repository: string;
    /** `undefined`: there was no answer. */
    readonly status: number | undefined;
    /** Milliseconds, to the end of the answer's body. */
    readonly duration: number;
    /** The span that caused it, and its own, in the form of `traceparent`: where requests are traced (`Tracing`). */
    readonly traceparent?: string | undefined;
    readonly span?: string | undefined;
  };
  'auth.succeeded': { readonly method: string };
  'auth.failed': { readonly method: string; readonly user: string | undefined };
  'policy.violated': InRepository & {
    /** Which plugin's, and which of its rules. */
    readonly plugin: string;
    readonly rule: string;
    readonly digest: Digest;
    readonly reference: Reference;
    readonly mode: 'enforce' | 'warn';
    readonly message: string;
  };
  'job.completed': {
    readonly job: string;
    readonly outcome: 'succeeded' | 'failed' | 'aborted';
    readonly duration: number;
  };
  'garbageCollection.completed': {
    readonly manifests: number;
    readonly blobs: number;
    readonly uploads: number;
    readonly bytes: number;
  };
}

export type HookEvents = GateEvents & SourceEvents & NotifyEvents;
export type HookName = keyof HookEvents;
