import { LONGEST_HEADER_TIMEOUT, type UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { DOCKER_HUB, DOCKER_HUB_ORIGIN, isDockerHub } from '../mapping/docker-hub.js';
import { Bandwidth } from './bandwidth.js';
import { Connections } from './connections.js';
import { type HostPorts, UpstreamHost } from './upstream-host.js';
import { UpstreamTrouble } from './upstream-trouble.js';

type Settings = Pick<
  UpstreamRegistryConfig,
  'urls' | 'tlsVerify' | 'certDir' | 'responseHeaderTimeout' | 'reqConcurrent' | 'reqPerSec' | 'bytesPerSecond'
>;

/** One upstream: its hosts, asked in turn until one says something. */
export class UpstreamClient {
  /** What it is called: its first host. */
  readonly name: string;
  readonly hosts: readonly UpstreamHost[];
  readonly #connections: Connections;

  /** `bandwidth`: that of the one before, whose transfers go on. */
  constructor(
    settings: Settings,
    ports: Omit<HostPorts, 'connections'>,
    readonly bandwidth = new Bandwidth(settings.bytesPerSecond),
  ) {
    const { urls, responseHeaderTimeout, reqConcurrent: atOnce, reqPerSec: perSecond } = settings;
    const timeout = Math.min(responseHeaderTimeout, LONGEST_HEADER_TIMEOUT);
    this.#connections = new Connections(settings);
    this.hosts = urls.map((text) => {
      const url = urlOf(text);
      const slots = { atOnce, perSecond };
      const own = { url, name: nameOf(url), timeout, slots, bandwidth };
      return new UpstreamHost(own, { ...ports, connections: this.#connections });
    });
    this.name = this.hosts[0]?.name ?? 'nobody';
  }

  /**
   * What the first host that is not in trouble says. Rejects with the trouble of the first where all are.
   *
   * @param hosts those to ask, in this order
   */
  async ask<Said>(say: (host: UpstreamHost) => Promise<Said>, hosts = this.hosts): Promise<Said> {
    let first: UpstreamTrouble | undefined;
    for (const host of hosts) {
      try {
        return await say(host);
      } catch (cause) {
        if (!(cause instanceof UpstreamTrouble)) throw cause;
        first ??= cause;
      }
    }
    throw first ?? new UpstreamTrouble(this.name, 'it has no host');
  }

  /** Breaks off what is on its way. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Lets what is on its way come to its end. */
  retire(): Promise<void> {
    return this.#connections.retire();
  }
}

function urlOf(text: string): URL {
  const url = new URL(text);
  return isDockerHub(url.host) ? new URL(DOCKER_HUB_ORIGIN) : url;
}

function nameOf({ host }: URL): string {
  return isDockerHub(host) ? DOCKER_HUB : host;
}
