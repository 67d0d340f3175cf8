import type { BenchBlob } from './blob-factory.ts';
import { type HttpConnection, type HttpRequest, renderRequest } from './http-connection.ts';
import { type BenchManifest, MANIFEST_TYPE } from './image-manifest.ts';
import type { HttpResponse } from './response-parser.ts';

/** Sends a request whose answer must have this status; another rejects (the server's log says why). `sink` as `send` has it. */
export async function sendExpecting(
  connection: HttpConnection,
  request: HttpRequest,
  status: number,
  sink?: (piece: Buffer) => void,
): Promise<HttpResponse> {
  const response = await connection.send(request, sink);
  if (response.status === status) return response;
  throw new Error(`${request.method} ${request.path} was answered ${response.status}, not ${status}`);
}

/** Asks for a document or blob once and keeps its bytes: for setting up, never within a slice. */
export async function fetchBytes(connection: HttpConnection, request: HttpRequest): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const response = await connection.send(request, (piece) => pieces.push(Buffer.from(piece)));
  const bytes = Buffer.concat(pieces);
  if (response.status === 200) return bytes;
  throw new Error(`${request.method} ${request.path}: ${response.status} ${bytes.toString('utf8', 0, 200)}`);
}

/** Pushes a blob as containerd does: POST, then one PUT that carries all bytes (no PATCH). */
export async function pushBlob(
  connection: HttpConnection,
  origin: URL,
  repository: string,
  blob: BenchBlob,
): Promise<void> {
  const started = await sendExpecting(
    connection,
    renderRequest(origin, 'POST', `/v2/${repository}/blobs/uploads/`),
    202,
  );
  const location = started.header('location');
  if (location === undefined) throw new Error('an upload was started without Location');
  const target = new URL(location, origin);
  target.searchParams.set('digest', blob.digest);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const path = `${target.pathname}${target.search}`;
  await sendExpecting(connection, renderRequest(origin, 'PUT', path, headers, blob.pieces), 201);
}

export function manifestPut(origin: URL, repository: string, reference: string, manifest: BenchManifest): HttpRequest {
  const path = `/v2/${repository}/manifests/${reference}`;
  return renderRequest(origin, 'PUT', path, { 'Content-Type': MANIFEST_TYPE }, [manifest.bytes]);
}

/** A request for a manifest with the media types that clients accept. */
export function manifestRequest(
  origin: URL,
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  const accept = [
    MANIFEST_TYPE,
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ];
  return renderRequest(origin, method, `/v2/${repository}/manifests/${reference}`, {
    Accept: accept.join(', '),
    ...headers,
  });
}
