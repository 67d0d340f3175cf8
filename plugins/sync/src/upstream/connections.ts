import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { readTlsFiles } from './tls-files.js';

/** Milliseconds: an upstream that does not take a connection by then is down, and the next one is asked. */
const CONNECT_TIMEOUT = 3000;
/** Milliseconds of silence in the midst of a body. */
const BODY_TIMEOUT = 60_000;
const KEPT_FOR = 30_000;

/** Connections to the hosts of one upstream, kept for the next request, through the proxy that the environment names. */
export class Connections {
  readonly #own: EnvHttpProxyAgent;
  readonly #elsewhere: EnvHttpProxyAgent;

  /** @throws Error where `certDir` cannot be read */
  constructor({ tlsVerify, certDir }: Pick<UpstreamRegistryConfig, 'tlsVerify' | 'certDir'>) {
    const { ca, cert, key } = certDir === undefined ? {} : readTlsFiles(certDir);
    const shared = { timeout: CONNECT_TIMEOUT, rejectUnauthorized: tlsVerify, ...(ca && { ca: [...ca] }) };
    this.#own = agentWith({ ...shared, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) });
    this.#elsewhere = agentWith(shared);
  }

  /** To the upstream itself, with the certificate we have for it. */
  get own(): Dispatcher {
    return this.#own;
  }

  /** To where it sends us, which is told nothing of us. */
  get elsewhere(): Dispatcher {
    return this.#elsewhere;
  }

  /** Ends them; what is on its way is broken off. */
  async close(): Promise<void> {
    await Promise.all([this.#own.destroy(), this.#elsewhere.destroy()]);
  }

  /** Ends them once what is on its way has come. */
  async retire(): Promise<void> {
    await Promise.all([this.#own.close(), this.#elsewhere.close()]);
  }
}

interface ConnectOptions {
  readonly timeout: number;
  readonly rejectUnauthorized: boolean;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

function agentWith(connect: ConnectOptions): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent({
    connect,
    // Through a proxy the TLS is the one behind it.
    requestTls: connect,
    allowH2: false,
    keepAliveTimeout: KEPT_FOR,
    // How long an answer may take to begin is each request's own matter.
    headersTimeout: 0,
    bodyTimeout: BODY_TIMEOUT,
  });
}
