import { ACTIONS, type Action } from '@berth/sdk';

/** What a rule may name beside the actions: no right but a wish, to be refused a delete by digest of what several tags name. */
export const DETECT_COLLISION = 'detectManifestCollision';

export type RuleAction = Action | typeof DETECT_COLLISION;

/** All that may stand in `actions` and in the default and the anonymous policy of a pattern. */
export const RULE_ACTIONS: readonly RuleAction[] = [...ACTIONS, DETECT_COLLISION];

export function isRuleAction(text: string): text is RuleAction {
  return (RULE_ACTIONS as readonly string[]).includes(text);
}
