import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { RegistryMapping } from '../mapping/registry-mapping.js';
import { UpstreamClient } from '../upstream/upstream-client.js';
import type { HostPorts } from '../upstream/upstream-host.js';

/** One entry of `registries`, ready to be asked. */
export class UpstreamRegistry {
  readonly mapping: RegistryMapping;
  readonly client: UpstreamClient;
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
    return this.config.onDemand && !this.config.offline;
  }

  /** It has said where a tag points, or that there is none. */
  checked(): void {
    this.#checkedAt = this.ports.clock.now();
  }
}
