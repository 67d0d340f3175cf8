import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { RegistryMapping } from '../mapping/registry-mapping.js';
import { UpstreamClient } from '../upstream/upstream-client.js';
import type { HostPorts } from '../upstream/upstream-host.js';

/** One entry of `registries`, ready to be asked. */
export class UpstreamRegistry {
  readonly mapping: RegistryMapping;
  readonly client: UpstreamClient;
  readonly #retired = new AbortController();
  #checkedAt: number | undefined;

  constructor(
    readonly config: UpstreamRegistryConfig,
    private readonly ports: Omit<HostPorts, 'connections'>,
    /** What the configuration had in its place. */
    before?: UpstreamRegistry,
  ) {
    this.mapping = new RegistryMapping(config);
    this.client = new UpstreamClient(config, ports, before?.client.bandwidth);
  }

  get name(): string {
    return this.client.name;
  }

  /** When it last said where a tag points, or that there is none: milliseconds since the epoch. */
  get checkedAt(): number | undefined {
    return this.#checkedAt;
  }

  /** Whether it may be asked at all. */
  get isAsked(): boolean {
    return !this.config.offline;
  }

  /** Whether there are periodic runs of it: as in zot, of what its `content` names. */
  get isPolled(): boolean {
    const { pollInterval, content = [] } = this.config;
    return pollInterval !== undefined && content.length > 0;
  }

  /** Aborts once a reload has put another one in its place. */
  get retired(): AbortSignal {
    return this.#retired.signal;
  }

  /** Lets what is on its way come to its end, and asks nothing more. */
  retire(): Promise<void> {
    this.#retired.abort(new Error('The configuration has changed.'));
    return this.client.retire();
  }

  /** It has said where a tag points, or that there is none. */
  checked(): void {
    this.#checkedAt = this.ports.clock.now();
  }
}
