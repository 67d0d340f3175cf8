import { Writable } from 'node:stream';
import type { AppendOptions } from '../blob-storage.js';
import { storageErrorOf } from './file-failure.js';
import type { FileDescriptor, FileSystem } from './file-system.js';

/** How much may wait for the disk. Pieces that wait are written together. */
const BUFFERED_BYTES = 512 * 1024;

/** Writes what it is given to a file, from an offset on. The file stays the caller's to close. */
export class UploadWriter extends Writable {
  #position: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly file: FileDescriptor,
    private readonly upload: string,
    private readonly options: Pick<AppendOptions, 'offset' | 'onBytes' | 'onWritten' | 'onReleased'>,
  ) {
    super({ highWaterMark: BUFFERED_BYTES });
    this.#position = options.offset;
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#put([piece], done);
  }

  override _writev(pieces: { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    this.#put(
      pieces.map(({ chunk }) => chunk),
      done,
    );
  }

  /** Resolves when no write is under way any more, also after the stream was destroyed: only then may the file be closed. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #put(pieces: Buffer[], done: (error?: Error | null) => void): void {
    let length = 0;
    for (const piece of pieces) {
      length += piece.byteLength;
      this.options.onBytes(piece);
    }
    this.#writing = this.fileSystem.write(this.file, pieces, this.#position).then(
      () => {
        this.#position += length;
        this.options.onWritten(length);
        if (this.options.onReleased) for (const piece of pieces) this.options.onReleased(piece);
        done();
      },
      (cause: unknown) => {
        done(storageErrorOf(cause, 'writing', this.upload));
      },
    );
  }
}
