import type { Readable } from 'node:stream';
import type { Digest } from '@berth/sdk';
import type { Location } from './storage-layout.js';

/** Bytes that are open for reading. Whoever opens them closes them. */
export interface OpenBlob {
  /** Fills `target` from `position` on, as far as there are bytes; gives how many it read, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface BlobReader {
  /** The bytes at a location, or `undefined` where there are none. */
  open(location: Location): Promise<OpenBlob | undefined>;
  /** How many bytes are there, or `undefined` where there are none. */
  size(location: Location): Promise<number | undefined>;
}

export interface PlacedUpload {
  readonly upload: string;
  readonly digest: Digest;
  /** Bytes. What lies behind them, left by a write that failed, is cut off. */
  readonly size: number;
}

export interface StoredLocation {
  readonly location: Location;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface BlobWriter {
  /** Makes an upload's bytes durable under a new location and gives that. The upload is gone then. */
  place(upload: PlacedUpload): Promise<Location>;
  /**
   * Gives damaged bytes a second location, out of the way, and gives that; `undefined` where there are none. What lies at the first one
   * stays until it is removed. Doing it again is no error.
   */
  setAside(location: Location): Promise<Location | undefined>;
  /** Removes the bytes; no error where they are gone already. */
  remove(location: Location): Promise<void>;
  /** Every location there is, in no order, for finding those that no row names. */
  locations(): AsyncIterable<StoredLocation>;
}

export interface AppendOptions {
  /** Where in the upload the first byte goes. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Called with each piece, in order, before it is written. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called with the number of bytes written, in order, after each write. */
  readonly onWritten: (length: number) => void;
  /** Called with each piece once it is written and the storage has no use for it any more. */
  readonly onReleased?: (bytes: Uint8Array) => void;
}

export interface UploadKeeper {
  /** Writes the whole of `source` to the upload, which begins to exist with its first byte. */
  append(upload: string, source: Readable, options: AppendOptions): Promise<void>;
  /** Bytes there are; 0 for an upload that has none yet. */
  uploadSize(upload: string): Promise<number>;
  /**
   * The bytes of the upload, which may still be growing, or `undefined` where it has none yet. They stay readable until they are
   * closed, also once the upload is placed or discarded.
   */
  openUpload(upload: string): Promise<OpenBlob | undefined>;
  /** The first `size` bytes of the upload, in order. The pieces are valid until the next is asked for. */
  readUpload(upload: string, size: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Removes the upload; no error where it is gone already. */
  discard(upload: string): Promise<void>;
  /** Ids of the uploads that have bytes. */
  uploads(): AsyncIterable<string>;
}

/** Of what a store lies on. */
export interface StorageSpace {
  /** Bytes that may still be written. */
  readonly free: number;
  /** Bytes there are in all. */
  readonly total: number;
}

/** The three roles of one store. Errors of the medium are StorageErrors; absence is a value. */
export abstract class BlobStorage implements BlobReader, BlobWriter, UploadKeeper {
  /** Makes the store ready; StorageError where that is impossible. */
  abstract prepare(): Promise<void>;
  abstract open(location: Location): Promise<OpenBlob | undefined>;
  abstract size(location: Location): Promise<number | undefined>;
  abstract place(upload: PlacedUpload): Promise<Location>;
  abstract setAside(location: Location): Promise<Location | undefined>;
  abstract remove(location: Location): Promise<void>;
  abstract locations(): AsyncIterable<StoredLocation>;
  abstract append(upload: string, source: Readable, options: AppendOptions): Promise<void>;
  abstract uploadSize(upload: string): Promise<number>;
  abstract openUpload(upload: string): Promise<OpenBlob | undefined>;
  abstract readUpload(upload: string, size: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  abstract discard(upload: string): Promise<void>;
  abstract uploads(): AsyncIterable<string>;

  /** `undefined` where nothing bounds the store. */
  space(): Promise<StorageSpace | undefined> {
    return Promise.resolve(undefined);
  }
}
