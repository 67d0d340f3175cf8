import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UploadService } from '../../src/content/uploads/upload.service.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { FilesystemBlobStorage } from '../../src/storage/filesystem/filesystem-blob-storage.js';
import { ANYBODY, ContentClient } from '../contracts/content-client.js';
import { nameOf } from '../contracts/metadata-samples.js';
import { type OpenServices, openServices } from '../contracts/open-services.js';
import { makeTemporaryFolder, removeFolder } from '../contracts/temporary-folder.js';
import { digestBytes } from '../kit/builders/built-manifest.js';

const repository = nameOf('library/chunked');
let root: string;
let services: OpenServices;

beforeAll(async () => {
  root = makeTemporaryFolder();
  const database = new SqliteDatabase({ folder: root, durable: false });
  services = await openServices({ database, storage: new FilesystemBlobStorage({ root, durable: false }) });
});

afterAll(async () => {
  await services.close();
  removeFolder(root);
});

/** A blob as requests, each of them as pieces of a stream; where one breaks, it breaks behind its pieces. */
const chunk = fc.record({
  pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 4 }),
  breaks: fc.boolean(),
});

async function* piecesThen(pieces: readonly Uint8Array[], breaks: boolean): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield Buffer.from(piece);
    // As on a socket, the next piece comes in another turn of the event loop.
    await new Promise(setImmediate);
  }
  if (breaks) throw new Error('the client left');
}

describe('a blob that comes in any chunks', () => {
  it('has the digest of its bytes, in either algorithm, also where chunks broke and were sent again', async () => {
    const uploads = services.context.get(UploadService);
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 5 }),
        fc.constantFrom('sha256', 'sha512'),
        async (chunks, algorithm) => {
          const bytes = Buffer.concat(chunks.flatMap(({ pieces }) => pieces));
          const { id } = await uploads.start(repository, { algorithm: 'sha256', declaredLength: undefined }, ANYBODY);
          let sent = 0;
          for (const { pieces, breaks } of chunks) {
            const end = sent + pieces.reduce((length, piece) => length + piece.byteLength, 0);
            if (breaks) {
              const stream = Readable.from(piecesThen(pieces, true));
              const broken = uploads.append(repository, id, { stream, start: undefined, length: undefined }, ANYBODY);
              await expect(broken).rejects.toThrow('the client left');
            }
            // Goes on where the registry says it stopped.
            const { offset } = await uploads.status(repository, id);
            expect(offset).toBeGreaterThanOrEqual(sent);
            const stream = Readable.from(piecesThen([bytes.subarray(offset, end)], false));
            await uploads.append(repository, id, { stream, start: offset, length: end - offset }, ANYBODY);
            sent = end;
          }
          const digest = digestBytes(bytes, algorithm);
          const nothing = { stream: Readable.from([]), start: undefined, length: undefined };

          expect(await uploads.finish(repository, id, digest, nothing, ANYBODY)).toEqual({
            digest,
            size: bytes.byteLength,
          });
          expect(await new ContentClient(services).pullBlob(repository, digest)).toEqual(bytes);
        },
      ),
      { numRuns: 100 },
    );
  });
});
