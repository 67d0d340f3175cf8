import { Readable } from 'node:stream';
import type { AppendOptions, BlobStorage } from '../../src/storage/blob-storage.js';
import { aBlob } from '../kit/builders/built-manifest.js';
import { readAll } from './content-client.js';

export const NEVER: AbortSignal = new AbortController().signal;
export const HELLO = aBlob(Buffer.from('hello, world'));

export function sourceOf(...pieces: string[]): Readable {
  return Readable.from(pieces.map((piece) => Buffer.from(piece)));
}

export function appending(offset: number, more: Partial<AppendOptions> = {}): AppendOptions {
  return { offset, signal: NEVER, onBytes: () => {}, onWritten: () => {}, ...more };
}

export async function textOfUpload(storage: BlobStorage, upload: string, size: number): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of storage.readUpload(upload, size, NEVER)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

export async function place(storage: BlobStorage, upload: string, { bytes, digest } = HELLO): Promise<string> {
  await storage.append(upload, Readable.from([bytes]), appending(0));
  return storage.place({ upload, digest, size: bytes.byteLength });
}

export async function textAt(storage: BlobStorage, location: string): Promise<string | undefined> {
  const blob = await storage.open(location);
  const size = (await storage.size(location)) ?? 0;
  return blob && (await readAll(blob, size)).toString();
}

export async function gathered<Entry>(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
