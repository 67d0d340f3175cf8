import { type Origin, RegistryError } from '@berth/sdk';
import type { Finding } from './checks/check.js';
import { MANDATORY_ANNOTATIONS } from './config/have-own-names.js';
import type { RuleMode } from './config/rule.config.js';

/** A finding, and whose rule it breaks. */
export interface Violation extends Finding {
  readonly rule: string;
  readonly mode: RuleMode;
}

/** How many violations the message names, which clients print on one line; the detail has all of them. */
const NAMED = 20;

/**
 * The refusal of a manifest that breaks rules: 400, or 403 for one that a client asks for and an upstream gave. Every
 * broken rule stands in its detail, and those it is refused for in its message too: many clients print nothing else.
 */
export function refusalOf(violations: readonly Violation[], origin: Origin): RegistryError {
  const enforced = violations.filter(({ mode }) => mode === 'enforce');
  const named = enforced.slice(0, NAMED).map(describeViolation);
  const more = enforced.length > NAMED ? [`and ${enforced.length - NAMED} more`] : [];
  const missing = enforced.filter(({ rule }) => rule === MANDATORY_ANNOTATIONS).map(({ key }) => key);
  return new RegistryError(origin === 'mirrored' ? 'DENIED' : 'MANIFEST_INVALID', {
    message: `refused by policy: ${[...named, ...more].join('; ')}`,
    detail: { ...(missing.length > 0 ? { missingAnnotations: missing } : {}), violations },
  });
}

export function describeViolation({ rule, message }: Violation): string {
  return `${rule}: ${message}`;
}
