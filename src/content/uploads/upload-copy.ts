import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobStores } from '../../storage/blob-stores.js';

export interface CopiedUpload {
  readonly upload: string;
  /** Where its bytes are. */
  readonly from: string;
  /** Where they are wanted. */
  readonly to: string;
  /** Bytes. */
  readonly size: number;
}

/** Takes the bytes of an upload to another store, where they have the same id: no store can rename what lies in another. */
@Injectable()
export class UploadCopy {
  constructor(private readonly stores: BlobStores) {}

  async copy({ upload, from, to, size }: CopiedUpload): Promise<void> {
    const { signal } = new AbortController();
    const nothing = (): void => undefined;
    const pieces = owned(this.stores.get(from).readUpload(upload, size, signal));
    const options = { offset: 0, signal, onBytes: nothing, onWritten: nothing };
    await this.stores.get(to).append(upload, Readable.from(pieces, { objectMode: false }), options);
  }
}

/** A reader gives the same memory again, and a writer may have several pieces waiting. */
async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece);
}
