import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  algorithmOf,
  ANONYMOUS,
  type Digest,
  digestOf,
  parseReference,
  type RepositoryName,
  type Tag,
} from '@berth/sdk';
import { BlobMount } from '../../src/content/blobs/blob-mount.js';
import { BlobService } from '../../src/content/blobs/blob.service.js';
import { ManifestService } from '../../src/content/manifests/manifest.service.js';
import type { ContentContext } from '../../src/content/content-context.js';
import { UploadService } from '../../src/content/uploads/upload.service.js';
import type { OpenBlob } from '../../src/storage/blob-storage.js';
import type { BuiltBlob, BuiltManifest } from '../kit/builders/built-manifest.js';
import type { OpenServices } from './open-services.js';

export const ANYBODY: ContentContext = {
  identity: ANONYMOUS,
  actor: undefined,
  requestId: undefined,
  signal: new AbortController().signal,
  warn: () => undefined,
};

/** What a client does, asked of the services themselves. */
export class ContentClient {
  readonly #uploads: UploadService;
  readonly #manifests: ManifestService;
  readonly #blobs: BlobService;
  readonly #mounts: BlobMount;

  constructor({ context }: Pick<OpenServices, 'context'>) {
    this.#uploads = context.get(UploadService);
    this.#manifests = context.get(ManifestService);
    this.#blobs = context.get(BlobService);
    this.#mounts = context.get(BlobMount);
  }

  /** Children, then blobs, then the manifest, as clients do. */
  async push(repository: RepositoryName, built: BuiltManifest, tag?: Tag): Promise<void> {
    for (const child of built.children) await this.push(repository, child);
    for (const blob of built.blobs) await this.pushBlob(repository, blob);
    await this.pushManifest(repository, built, tag);
  }

  async pushBlob(repository: RepositoryName, { bytes, digest }: BuiltBlob): Promise<void> {
    const upload = await this.startUpload(repository);
    await this.finishUpload(repository, upload, digest, bytes);
  }

  async startUpload(repository: RepositoryName): Promise<string> {
    return (await this.#uploads.start(repository, { algorithm: 'sha256', declaredLength: undefined }, ANYBODY)).id;
  }

  async finishUpload(repository: RepositoryName, upload: string, digest: Digest, bytes: Buffer): Promise<void> {
    const body = {
      stream: Readable.from(bytes.byteLength > 0 ? [bytes] : []),
      start: undefined,
      length: bytes.byteLength,
    };
    await this.#uploads.finish(repository, upload, digest, body, ANYBODY);
  }

  async pushManifest(repository: RepositoryName, built: BuiltManifest, tag?: Tag): Promise<void> {
    const { manifest: bytes, mediaType, digest } = built;
    const reference = tag === undefined ? ({ kind: 'digest', digest } as const) : ({ kind: 'tag', tag } as const);
    await this.#manifests.push({ repository, reference, tags: [], mediaType, bytes }, ANYBODY);
  }

  async deleteReference(repository: RepositoryName, text: string): Promise<void> {
    const reference = parseReference(text);
    if (!reference) throw new Error(`${text} is no reference`);
    await this.#manifests.delete(repository, reference, ANYBODY);
  }

  async mount(repository: RepositoryName, digest: Digest, from: RepositoryName): Promise<boolean> {
    return await this.#mounts.mount(repository, digest, from, ANYBODY);
  }

  async headBlob(repository: RepositoryName, digest: Digest): Promise<void> {
    await this.#blobs.stat(repository, digest, ANYBODY);
  }

  /** The blob, its digest verified. */
  async pullBlob(repository: RepositoryName, digest: Digest): Promise<Buffer> {
    const { blob, size } = await this.#blobs.open(repository, digest, ANYBODY);
    const bytes = await readAll(blob, size);
    expectDigest(bytes, digest);
    return bytes;
  }

  /** Pulls all of it and throws where a byte is missing or wrong. */
  async pull(repository: RepositoryName, built: BuiltManifest): Promise<void> {
    const reference = { kind: 'digest', digest: built.digest } as const;
    const { text } = await this.#manifests.pull(repository, reference, ANYBODY);
    expectDigest(Buffer.from(text, 'latin1'), built.digest);
    for (const blob of built.blobs) await this.pullBlob(repository, blob.digest);
    for (const child of built.children) await this.pull(repository, child);
  }
}

/** All bytes of an open blob, which is closed then; `size` is how many there should be. */
export async function readAll(blob: OpenBlob, size: number): Promise<Buffer> {
  try {
    // One more than there should be, so that too many are found out.
    const target = Buffer.alloc(size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < target.byteLength; length += read) {
      read = await blob.read(target.subarray(length), length);
    }
    return target.subarray(0, length);
  } finally {
    await blob.close();
  }
}

export function expectDigest(bytes: Buffer, digest: Digest): void {
  const algorithm = algorithmOf(digest);
  const found = digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
  if (found !== digest) throw new Error(`${digest} reads as ${found}, ${String(bytes.byteLength)} bytes`);
}
