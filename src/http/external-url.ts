import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpConfig } from './http.config.js';
import { addressOf, TrustedProxies } from './trusted-proxies.js';

/** How the server is reached from outside, as far as the configuration says. */
interface Outside {
  readonly url: string | undefined;
  readonly proxies: TrustedProxies | undefined;
  /** Whether a repository may have another name here by the host that is asked. */
  hasAliases: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    outside: Outside;
  }
}

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9.])?)(?::([0-9]{1,5}))?$/i;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** For the constructor of the server, which then asks it for each hop that a header tells of. */
export function outsideOf({ externalUrl, trustedProxies }: HttpConfig): Outside {
  return {
    url: externalUrl ? withoutEnd(new URL(externalUrl)) : undefined,
    proxies: trustedProxies.length > 0 ? new TrustedProxies(trustedProxies) : undefined,
    hasAliases: false,
  };
}

export function installOutside(fastify: FastifyInstance, outside: Outside): void {
  fastify.decorate('outside', outside);
  if (outside.proxies === undefined) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    settleAddress(request);
    done();
  });
}

/**
 * Where clients reach the server, `https://registry.example.com:8443` without an end slash: what is configured, else what the request says,
 * of which headers that a proxy has added count only where the proxy is trusted. The client chooses its Host header: what has not the form
 * of one is passed over, and nothing of this may be kept for somebody else.
 */
export function externalUrlOf(request: FastifyRequest): string {
  const { url } = request.server.outside;
  if (url !== undefined) return url;
  const scheme = schemeOf(request);
  const { name, port } = parseHost(request.host) ?? parseHost(request.headers.host) ?? listenerOf(request);
  const shown = port ?? forwardedPort(request);
  return `${scheme}://${name}${shown === undefined || shown === DEFAULT_PORTS[scheme] ? '' : `:${String(shown)}`}`;
}

/** Without the port; an IPv6 address keeps its brackets. Of a trusted proxy, the one that the client has asked it for. */
export function hostOf({ host }: FastifyRequest): string | undefined {
  return host === '' ? undefined : host.replace(/:\d+$/, '');
}

/** The host that was asked, where names depend on it and what is asked next, by `externalUrlOf`, does not have it. */
export function hiddenHostOf(request: FastifyRequest): string | undefined {
  const { url, hasAliases } = request.server.outside;
  if (!hasAliases || url === undefined) return undefined;
  const asked = parseHost(request.host)?.name;
  return asked === new URL(url).hostname ? undefined : asked;
}

function schemeOf(request: FastifyRequest): 'http' | 'https' {
  const forwarded = request.protocol.toLowerCase();
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  return 'encrypted' in request.raw.socket ? 'https' : 'http';
}

interface Host {
  readonly name: string;
  readonly port: number | undefined;
}

function parseHost(text = ''): Host | undefined {
  const [, name, port] = HOST.exec(text) ?? [];
  if (name === undefined) return undefined;
  return port === undefined ? { name, port: undefined } : withPort(name, portOf(port));
}

function withPort(name: string, port: number | undefined): Host | undefined {
  return port === undefined ? undefined : { name, port };
}

function portOf(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** An HTTP/1.0 client may name no host at all. */
function listenerOf({ raw: { socket } }: FastifyRequest): Host {
  const { localAddress = '127.0.0.1', localPort, localFamily } = socket;
  return { name: localFamily === 'IPv6' ? `[${localAddress}]` : localAddress, port: localPort };
}

/** The port that the client has used, where a trusted proxy says it beside the host. */
function forwardedPort(request: FastifyRequest): number | undefined {
  const { proxies } = request.server.outside;
  const header = request.headers['x-forwarded-port'];
  if (header === undefined || !proxies?.trusts(request.raw.socket.remoteAddress)) return undefined;
  return portOf(header.toString().split(',').at(-1)?.trim() ?? '');
}

/**
 * What a proxy passes on need not be an address: then it is that of the last hop which is one. Kept, since Fastify finds it out anew each
 * time, and throws once the connection is gone, which a request outlives that was refused before all of its body had come.
 */
function settleAddress(request: FastifyRequest): void {
  const isForwarded = request.headers['x-forwarded-for'] !== undefined;
  const address = isForwarded ? (request.ips ?? []).map(addressOf).findLast((hop) => hop !== undefined) : undefined;
  Object.defineProperty(request, 'ip', { value: address ?? request.raw.socket.remoteAddress });
}

function withoutEnd({ origin, pathname }: URL): string {
  return (origin + pathname).replace(/\/+$/, '');
}
