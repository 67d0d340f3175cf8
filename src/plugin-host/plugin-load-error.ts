import type { SectionViolation } from '@berth/sdk';
import type { PluginError } from './plugin-error.js';

/** Plugins without which the server does not start, and everything that is wrong with each of them. */
export class PluginLoadError extends Error {
  override readonly name = 'PluginLoadError';

  constructor(
    readonly errors: readonly PluginError[],
    /** Values in the sections of plugins that their own rules refuse. */
    readonly violations: readonly SectionViolation[],
  ) {
    super([...errors.map(({ plugin, message }) => `${plugin}: ${message}`), ...violations.map(describe)].join('\n'));
  }
}

function describe({ key, found, allowed }: SectionViolation): string {
  return `${key}: found ${found}; allowed: ${allowed}`;
}
