import type { UpstreamRegistry } from './upstream-registry.js';

/** How many bytes may be kept of each upstream that has a `maxBytes`: the least where entries have the same first host. */
export function limitsOf(
  registries: readonly Pick<UpstreamRegistry, 'name' | 'config'>[],
): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, config } of registries) {
    if (config.maxBytes === undefined) continue;
    limits.set(name, Math.min(config.maxBytes, limits.get(name) ?? Infinity));
  }
  return limits;
}
