import { spawn } from 'node:child_process';
import { type Hash, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Descriptor, type Digest, digestOf } from '@berth/sdk';
import { digestBytes } from '../kit/builders/built-manifest.js';

export interface LayoutLayer {
  readonly descriptor: Descriptor;
  /** Of the uncompressed archive. image-spec config.md#properties */
  readonly diffId: Digest;
}

/** Where a layout keeps a blob. image-spec image-layout.md#blobs */
export function blobPath(layout: string, digest: Digest): string {
  return join(layout, 'blobs', ...digest.split(':'));
}

/** Writes a JSON document into the layout and gives its descriptor. */
export async function writeDocument(layout: string, mediaType: string, document: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = digestBytes(bytes);
  await writeFile(blobPath(layout, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Packs files of this machine, given by absolute path, into one compressed layer. */
export async function writeLayer(layout: string, files: readonly string[]): Promise<LayoutLayer> {
  const options = ['--create', '--no-recursion', '--numeric-owner', '--null', '--files-from=-', '--file=-'];
  const tar = spawn('tar', ['--directory=/', ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
  tar.stdin.end(files.map((path) => path.slice(1)).join('\0'));
  const path = join(layout, 'layer.partial');
  const archive = createHash('sha256');
  const compressed = createHash('sha256');
  // A low level, because the time of the test goes into the registry and not into compression.
  const gzip = createGzip({ level: 1 });
  await pipeline(tar.stdout, observedBy(archive), gzip, observedBy(compressed), createWriteStream(path));
  const { size } = await stat(path);
  const digest = digestOf('sha256', compressed.digest('hex'));
  await rename(path, blobPath(layout, digest));
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  return { descriptor: { mediaType, digest, size }, diffId: digestOf('sha256', archive.digest('hex')) };
}

function observedBy(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
