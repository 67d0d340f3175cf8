import { addAbortSignal, type Readable } from 'node:stream';
import { StorageError } from '@berth/sdk';
import {
  type AppendOptions,
  BlobStorage,
  type OpenBlob,
  type PlacedUpload,
  type StoredLocation,
} from '../blob-storage.js';
import { blobLocation, type Location, quarantineLocation } from '../storage-layout.js';

interface Kept {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/** Bytes in memory. */
export class MemoryBlobStorage extends BlobStorage {
  readonly #blobs = new Map<Location, Kept>();
  /** In a box each, which those who have the upload open hold. */
  readonly #uploads = new Map<string, { bytes: Buffer }>();

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  open(location: Location): Promise<OpenBlob | undefined> {
    return Promise.resolve(openBox(this.#blobs.get(location)));
  }

  size(location: Location): Promise<number | undefined> {
    return Promise.resolve(this.#blobs.get(location)?.bytes.byteLength);
  }

  place({ upload, digest, size }: PlacedUpload): Promise<Location> {
    const location = blobLocation(digest, upload);
    const bytes = this.#bytesOf(upload).subarray(0, size);
    if (bytes.byteLength < size)
      return Promise.reject(new StorageError('failed', 'placing', location, 'bytes are missing'));
    this.#blobs.set(location, { bytes, modifiedAt: Date.now() });
    this.#uploads.delete(upload);
    return Promise.resolve(location);
  }

  setAside(location: Location): Promise<Location | undefined> {
    const kept = this.#blobs.get(location);
    if (!kept) return Promise.resolve(undefined);
    const aside = quarantineLocation(location);
    this.#blobs.set(aside, kept);
    return Promise.resolve(aside);
  }

  remove(location: Location): Promise<void> {
    this.#blobs.delete(location);
    return Promise.resolve();
  }

  async *locations(): AsyncIterable<StoredLocation> {
    for (const [location, { modifiedAt }] of this.#blobs) yield await Promise.resolve({ location, modifiedAt });
  }

  async append(
    upload: string,
    source: Readable,
    { offset, onBytes, onWritten, onReleased, signal }: AppendOptions,
  ): Promise<void> {
    let position = offset;
    for await (const piece of addAbortSignal(signal, source) as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      onBytes(piece);
      const size = Math.max(this.#bytesOf(upload).byteLength, position + piece.byteLength);
      const grown = Buffer.alloc(size);
      grown.set(this.#bytesOf(upload));
      grown.set(piece, position);
      this.#boxOf(upload).bytes = grown;
      position += piece.byteLength;
      onWritten(piece.byteLength);
      onReleased?.(piece);
    }
    this.#boxOf(upload);
  }

  uploadSize(upload: string): Promise<number> {
    return Promise.resolve(this.#bytesOf(upload).byteLength);
  }

  openUpload(upload: string): Promise<OpenBlob | undefined> {
    return Promise.resolve(openBox(this.#uploads.get(upload)));
  }

  async *readUpload(upload: string, size: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    signal.throwIfAborted();
    if (size > 0) yield await Promise.resolve(this.#bytesOf(upload).subarray(0, size));
  }

  discard(upload: string): Promise<void> {
    this.#uploads.delete(upload);
    return Promise.resolve();
  }

  async *uploads(): AsyncIterable<string> {
    for (const upload of this.#uploads.keys()) yield await Promise.resolve(upload);
  }

  #bytesOf(upload: string): Buffer {
    return this.#uploads.get(upload)?.bytes ?? Buffer.alloc(0);
  }

  #boxOf(upload: string): { bytes: Buffer } {
    let box = this.#uploads.get(upload);
    if (!box) this.#uploads.set(upload, (box = { bytes: Buffer.alloc(0) }));
    return box;
  }
}

function openBox(box: { readonly bytes: Uint8Array } | undefined): OpenBlob | undefined {
  return (
    box && {
      read: (target, position) => {
        const piece = box.bytes.subarray(position, position + target.byteLength);
        target.set(piece);
        return Promise.resolve(piece.byteLength);
      },
      close: () => Promise.resolve(),
    }
  );
}
