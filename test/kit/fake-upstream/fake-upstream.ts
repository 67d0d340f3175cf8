import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '@berth/sdk';
import type { BuiltBlob, BuiltManifest } from '../builders/built-manifest.js';
import { sendBlob, type UpstreamAnswer } from './blob-answer.js';
import { TOKEN_PATH, UpstreamAccess, type UpstreamAccessRule } from './upstream-access.js';
import type { UpstreamBehaviour } from './upstream-behaviour.js';
import { type KeptManifest, UpstreamContent } from './upstream-content.js';

/** One request as it came. */
export interface UpstreamRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** What has been sent in return so far. */
  readonly answer: UpstreamAnswer;
}

/** What a request below `/v2/` is about. */
interface Route {
  readonly repository: string;
  readonly kind: 'manifests' | 'blobs' | 'tags' | 'referrers' | undefined;
  readonly last: string;
  readonly answer: UpstreamAnswer;
}

const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/([^/]+)$/;

/** An upstream on a port of its own, which counts what it is asked and misbehaves as it is told. */
export class FakeUpstream {
  readonly requests: UpstreamRequest[] = [];
  behaviour: UpstreamBehaviour = {};
  readonly #content = new UpstreamContent();
  readonly #access = new UpstreamAccess();

  private constructor(
    private readonly server: Server,
    /** Also after it has closed. */
    readonly port: number,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response));
  }

  /** Listens on a port that the kernel chooses, or on one that another has left. The caller closes it. */
  static async start(port = 0): Promise<FakeUpstream> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeUpstream(server, (server.address() as AddressInfo).port);
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  set access(rule: UpstreamAccessRule) {
    this.#access.rule = rule;
  }

  /** Has `built` with all that it names, under the tag where one is given. */
  has(repository: string, built: BuiltManifest, tag?: string): void {
    this.#content.add(repository, built, tag);
  }

  hasBlob(repository: string, blob: BuiltBlob): void {
    this.#content.addBlob(repository, blob);
  }

  losesTag(repository: string, tag: string): void {
    this.#content.removeTag(repository, tag);
  }

  rotateTokens(): void {
    this.#access.rotateTokens();
  }

  /** How many requests of `method` came for paths that `path` matches. */
  count(method: string, path: RegExp): number {
    return this.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  /** Forgets what was asked, and misbehaves no more. */
  reset(): void {
    this.requests.length = 0;
    this.behaviour = {};
    this.#access.rule = { kind: 'open' };
  }

  /** As if it had never been there: connections are refused. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Whoever asked may go away in the midst of the answer.
    response.on('error', () => undefined);
    const { method = '', headers } = request;
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', this.url);
    const answer: UpstreamAnswer = { firstByteAt: undefined, bytes: 0 };
    this.requests.push({ method, path, query, headers, answer });
    const { behaviour } = this;
    if (behaviour.hangs) return;
    if (behaviour.delay !== undefined) await delay(behaviour.delay);
    await behaviour.waitsFor;
    for (const [name, value] of Object.entries(behaviour.headers ?? {})) response.setHeader(name, value);
    if (path === TOKEN_PATH) {
      this.#access.giveToken(request, response, query);
      return;
    }
    const { status, showsPage } = behaviour;
    if (showsPage) response.writeHead(status ?? 200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>');
    else if (status !== undefined) send(response, status, { errors: [{ code: 'FAKE' }] });
    else await this.#route(request, response, { path, query, answer });
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query, answer }: Pick<UpstreamRequest, 'path' | 'query' | 'answer'>,
  ): Promise<void> {
    const [, repository = '', kind, last = ''] = ROUTE.exec(path) ?? [];
    if (!this.#access.admits(request, response, repository)) return;
    const route = { repository, kind: kind as Route['kind'], last: decodeURIComponent(last), answer };
    if (path === '/v2/') send(response, 200, {});
    else if (path === '/v2/_catalog' && this.behaviour.hasCatalog !== false) this.#sendCatalog(response, query);
    else if (route.kind === 'manifests') this.#sendManifest(request, response, route);
    else if (route.kind === 'blobs') await this.#sendBlob(request, response, route, path);
    else if (route.kind === 'tags') this.#sendTags(response, route, query);
    else if (route.kind === 'referrers' && this.behaviour.hasReferrersApi !== false) {
      send(response, 200, this.#content.referrersOf(repository, route.last));
    } else send(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
  }

  #sendManifest({ method }: IncomingMessage, response: ServerResponse, { repository, last, answer }: Route): void {
    const kept = this.#content.manifest(repository, last);
    if (method === 'HEAD' && this.behaviour.answersHead === false) send(response, 405, {});
    else if (!kept) send(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    else this.#sendKept(response, kept, method === 'HEAD' ? undefined : answer);
  }

  /** Without `answer` the headers alone. */
  #sendKept(response: ServerResponse, { mediaType, digest, bytes }: KeptManifest, answer?: UpstreamAnswer): void {
    const { bytesFor, claimsDigest = digest } = this.behaviour;
    const sent = bytesFor?.get(digest) ?? bytes;
    response.writeHead(200, {
      'content-type': mediaType,
      'content-length': String(sent.byteLength),
      ...(claimsDigest !== 'none' && { 'docker-content-digest': claimsDigest }),
    });
    if (answer) Object.assign(answer, { firstByteAt: performance.now(), bytes: sent.byteLength });
    response.end(answer && sent);
  }

  async #sendBlob(request: IncomingMessage, response: ServerResponse, route: Route, path: string): Promise<void> {
    const bytes = this.#content.blob(route.repository, route.last);
    const { blobsAt, bytesFor, deniesHead = false } = this.behaviour;
    if (deniesHead && request.method === 'HEAD') send(response, 403, {});
    else if (!bytes) send(response, 404, { errors: [{ code: 'BLOB_UNKNOWN' }] });
    else if (blobsAt !== undefined) response.writeHead(307, { location: `${blobsAt}${path}` }).end();
    else {
      const sent = bytesFor?.get(route.last as Digest) ?? bytes;
      await sendBlob(request, response, { bytes: sent, behaviour: this.behaviour, answer: route.answer });
    }
  }

  #sendCatalog(response: ServerResponse, query: URLSearchParams): void {
    const left = this.#content.repositories().filter((name) => name > (query.get('last') ?? ''));
    const repositories = left.slice(0, this.behaviour.repositoriesPerPage);
    const next = `/v2/_catalog?last=${encodeURIComponent(repositories.at(-1) ?? '')}`;
    if (repositories.length < left.length) response.setHeader('link', `<${next}>; rel="next"`);
    send(response, 200, { repositories });
  }

  #sendTags(response: ServerResponse, { repository }: Route, query: URLSearchParams): void {
    const all = this.#content.tagsOf(repository);
    if (!all) {
      send(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
      return;
    }
    const left = all.filter((tag) => tag > (query.get('last') ?? ''));
    const tags = left.slice(0, this.behaviour.tagsPerPage);
    const next = `/v2/${repository}/tags/list?last=${tags.at(-1) ?? ''}`;
    if (tags.length < left.length) response.setHeader('link', `<${next}>; rel="next"`);
    send(response, 200, { name: repository, tags });
  }
}

function send(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
