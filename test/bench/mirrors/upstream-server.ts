import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BenchBlob, BlobFactory } from '../blob-factory.ts';
import { imageManifest, MANIFEST_TYPE } from '../image-manifest.ts';

/** Where images are ordered and requests counted, apart from what a registry has. */
const IMAGES = '/images';
const COUNTS = '/counts';

interface Document {
  readonly type: string;
  readonly digest: string;
  readonly pieces: readonly Buffer[];
  readonly size: number;
}

const factories = new Map<number, BlobFactory>();
const documents = new Map<string, Document>();
const counts = { requests: 0, bytes: 0, open: 0 };
let images = 0;

function blobOf(size: number): BenchBlob {
  let factory = factories.get(size);
  if (factory === undefined) factories.set(size, (factory = new BlobFactory(size)));
  const blob = factory.next();
  documents.set(blob.digest, { ...blob, type: 'application/octet-stream' });
  return blob;
}

/** Makes an image that nobody has asked for yet, with a layer of so many bytes. */
function orderImage(response: ServerResponse, size: number): void {
  const [config, layer] = [blobOf(1024), blobOf(size)];
  const { digest, bytes } = imageManifest({ config, layer, revision: images });
  const manifest = { type: MANIFEST_TYPE, digest, pieces: [bytes], size: bytes.length };
  const tag = `v${images}`;
  images += 1;
  documents.set(tag, manifest).set(digest, manifest);
  sendJson(response, 200, { tag, digest, layer: layer.digest, size: bytes.length });
}

function sendJson(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
}

async function send(
  response: ServerResponse,
  { type, digest, pieces, size }: Document,
  isHead: boolean,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': size, 'Docker-Content-Digest': digest });
  for (const piece of isHead ? [] : pieces) {
    if (response.destroyed) return;
    counts.bytes += piece.length;
    if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    response.removeAllListeners('drain');
  }
  response.end();
}

/** A registry of one repository: whatever its name, it has every image. */
async function serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  counts.requests += 1;
  counts.open += 1;
  response.once('close', () => (counts.open -= 1));
  const document = documents.get(path.slice(path.lastIndexOf('/') + 1));
  if (path === '/v2/') sendJson(response, 200, {});
  else if (document === undefined) sendJson(response, 404, { errors: [{ code: 'UNKNOWN' }] });
  else await send(response, document, request.method === 'HEAD');
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream');
  if (pathname === IMAGES) orderImage(response, Number(searchParams.get('bytes')));
  else if (pathname === COUNTS) sendJson(response, 200, counts);
  else void serve(request, response, pathname);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
