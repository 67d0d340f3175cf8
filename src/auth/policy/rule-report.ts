import { overlapOf } from '@berth/sdk';
import type { AccessControlConfig } from './access-control.config.js';
import { literalPrefixOf } from './pattern-match.js';
import { PATTERN_ORDERS } from './pattern-order.js';
import type { RuleAction } from './rule-action.js';

/** A pattern that gives something to everyone who reaches the server. */
export interface OpenPattern {
  readonly pattern: string;
  readonly actions: readonly RuleAction[];
}

/** Two patterns of which another decides in the other order. */
export interface OrderConflict {
  /** The one that decides by `"patternOrder": "longest"`. */
  readonly longest: string;
  /** The one that decides by `"patternOrder": "specific"`. */
  readonly specific: string;
  /** A name that both describe; absent where the patterns are too large to find one, or that there is none. */
  readonly example?: string;
}

/** What nobody known may do, in the order in which the patterns decide. */
export function openPatterns({ repositories, patternOrder }: AccessControlConfig): readonly OpenPattern[] {
  return [...repositories]
    .filter(([, { anonymousPolicy }]) => anonymousPolicy.length > 0)
    .sort(([left], [right]) => PATTERN_ORDERS[patternOrder](left, right))
    .map(([pattern, { anonymousPolicy }]) => ({ pattern, actions: anonymousPolicy }));
}

/** One line for each rule that gives something without a login, for the log and for `berth verify`. */
export function explainOpenAccess(config: AccessControlConfig): readonly string[] {
  const ofRepositories = openPatterns(config).map(
    ({ pattern, actions }) =>
      `repositories[${JSON.stringify(pattern)}].anonymousPolicy gives ${listOf(actions)} without a login`,
  );
  const ofMetrics =
    (config.metrics?.anonymousPolicy.length ?? 0) > 0
      ? ['metrics.anonymousPolicy gives metrics.read without a login']
      : [];
  const ofPermissions = [...config.permissions]
    .filter(([, { anonymous }]) => anonymous)
    .map(([name]) => `permissions[${JSON.stringify(name)}].anonymous gives ${name} without a login`);
  return [...ofRepositories, ...ofMetrics, ...ofPermissions];
}

/**
 * The pairs of patterns that the two orders decide differently and that describe a common repository name, `most` of them. Whether they do
 * is worked out over all names at once, not tried; only of patterns too large for that it is assumed. A third pattern may decide before
 * both.
 */
export function conflictingOrders({ repositories }: AccessControlConfig, most = Infinity): readonly OrderConflict[] {
  const byLength = [...repositories.keys()].sort(PATTERN_ORDERS.longest);
  const places = new Map([...byLength].sort(PATTERN_ORDERS.specific).map((pattern, at) => [pattern, at]));
  const placeOf = (pattern: string): number => places.get(pattern) ?? 0;
  const conflicts: OrderConflict[] = [];
  for (const [at, longest] of byLength.entries()) {
    for (const specific of byLength.slice(at + 1)) {
      if (conflicts.length >= most) return conflicts;
      if (placeOf(specific) > placeOf(longest) || !mayBeginAlike(specific, longest)) continue;
      const conflict = conflictOf(longest, specific);
      if (conflict) conflicts.push(conflict);
    }
  }
  return conflicts;
}

/** The patterns that describe no repository name, so that their rules are never asked: one with a capital letter, say. */
export function idlePatterns({ repositories }: AccessControlConfig): readonly string[] {
  return [...repositories.keys()].filter((pattern) => overlapOf(pattern, '**').outcome === 'disjoint');
}

function conflictOf(longest: string, specific: string): OrderConflict | undefined {
  const overlap = overlapOf(longest, specific);
  if (overlap.outcome === 'disjoint') return undefined;
  return { longest, specific, ...(overlap.outcome === 'overlap' && { example: overlap.example }) };
}

/** False of most pairs that have no name in common, at once. */
function mayBeginAlike(left: string, right: string): boolean {
  const [ofLeft, ofRight] = [literalPrefixOf(left), literalPrefixOf(right)];
  return ofLeft.startsWith(ofRight) || ofRight.startsWith(ofLeft);
}

/** "read", "read and create", "read, create and delete". */
function listOf(actions: readonly string[]): string {
  return actions.length < 2 ? actions.join('') : `${actions.slice(0, -1).join(', ')} and ${String(actions.at(-1))}`;
}
