import { Inject, Injectable } from '@nestjs/common';
import { ContributedCredentials, type UpstreamCredentials } from '@berth/sdk';
import type { Plugins } from './loaded-plugin.js';
import { PLUGINS } from './plugin-catalog.js';

/** The ways to log in upstream that plugins contribute. */
@Injectable()
export class PluginCredentials extends ContributedCredentials {
  readonly names: readonly string[];
  readonly #helpers = new Map<string, UpstreamCredentials>();

  constructor(@Inject(PLUGINS) { loaded, beside = [] }: Plugins) {
    super();
    const contributed = [...loaded, ...beside].flatMap(({ plugin }) => Object.keys(plugin.upstreamCredentials ?? {}));
    this.names = [...new Set(contributed)].sort();
  }

  add(name: string, helper: UpstreamCredentials): void {
    this.#helpers.set(name, helper);
  }

  find(name: string): UpstreamCredentials | undefined {
    return this.#helpers.get(name);
  }
}
