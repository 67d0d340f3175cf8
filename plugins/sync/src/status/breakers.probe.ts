import { Injectable } from '@nestjs/common';
import type { HealthProbe } from '@berth/sdk';
import { Registries } from '../mirror/registries.js';

/** Says which upstreams are left alone. The server is none the less ready: what is held is served, and the others are asked. */
@Injectable()
export class BreakersProbe implements HealthProbe {
  readonly name = 'upstreams';
  readonly critical = false;

  constructor(private readonly registries: Registries) {}

  check(): Promise<void> {
    const hosts = this.registries.all.flatMap(({ client }) => client.hosts);
    const open = new Set(hosts.filter(({ breaker }) => breaker.isOpen).map(({ name }) => name));
    if (open.size === 0) return Promise.resolve();
    return Promise.reject(new Error(`they failed again and again: ${[...open].join(', ')}`));
  }
}
