import { isRuleAction, RULE_ACTIONS } from '../rule-action.js';
import { IsListOf } from './is-list-of.js';

const WISH = `a list of ${RULE_ACTIONS.join(', ')}`;

/** What a policy gives. */
export function IsActions(): PropertyDecorator {
  return IsListOf(WISH, isRuleAction, { known: RULE_ACTIONS });
}

/** What is given to everyone of a kind; an empty list gives nothing, and says so. */
export function IsActionsOrNone(): PropertyDecorator {
  return IsListOf(WISH, isRuleAction, { mayBeEmpty: true, known: RULE_ACTIONS });
}
