import { MANAGE_API_KEYS } from '../auth/api-keys/api-key-permission.js';
import type { AccessControlConfig } from '../auth/policy/access-control.config.js';
import { conflictingOrders, explainOpenAccess, idlePatterns, type OrderConflict } from '../auth/policy/rule-report.js';
import type { Plugins } from '../plugin-host/loaded-plugin.js';

/** Pairs that are written out; who has more has a mistake in one pattern, and sees it in these. */
const MOST_PAIRS = 20;

const WHERE = 'http.accessControl';

/** What is odd about access rules, and lets the server start all the same. */
export function accessWarnings(rules: AccessControlConfig, { loaded }: Plugins): readonly string[] {
  const idle = idlePatterns(rules).map(
    (pattern) =>
      `${WHERE}.repositories[${JSON.stringify(pattern)}] describes no repository name, so its rules are never asked`,
  );
  const declared = new Set([
    MANAGE_API_KEYS,
    ...loaded.flatMap(({ name, plugin }) =>
      (plugin.permissions ?? []).map((permission) => `${name}.${permission.name}`),
    ),
  ]);
  const unknown = [...rules.permissions.keys()]
    .filter((permission) => !declared.has(permission))
    .map(
      (permission) =>
        `${WHERE}.permissions[${JSON.stringify(permission)}]: no plugin of this configuration declares it`,
    );
  return [...idle, ...unknown];
}

/** What whoever wrote access rules should know that they say. */
export function accessLines(rules: AccessControlConfig): readonly string[] {
  const conflicts = conflictingOrders(rules, MOST_PAIRS + 1);
  return [
    ...explainOpenAccess(rules).map((line) => `open: ${line}`),
    ...conflicts.slice(0, MOST_PAIRS).map((pair) => `order: ${describePair(pair, rules)}`),
    ...(conflicts.length > MOST_PAIRS
      ? ['order: and more pairs of patterns that the two orders decide differently']
      : []),
  ];
}

function describePair({ longest, specific, example }: OrderConflict, { patternOrder }: AccessControlConfig): string {
  const [wins, loses] = patternOrder === 'longest' ? [longest, specific] : [specific, longest];
  const other = patternOrder === 'longest' ? 'specific' : 'longest';
  const where = example === undefined ? 'what both describe, if anything' : `names such as ${example}`;
  return `${JSON.stringify(wins)} decides over ${JSON.stringify(loses)} for ${where}; with "patternOrder": "${other}" it is the other way round`;
}
