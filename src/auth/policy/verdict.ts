import type { PolicyConditions } from './conditions/policy-conditions.js';
import type { Decision } from './decision.js';
import type { RuleAction } from './rule-action.js';

/** What is known of one action before the request is looked at. */
export interface Verdict {
  /** What it comes to where no policy of `open` gives it. */
  readonly settled: Decision;
  /** Policies that would give it if their conditions hold. None where it is given already. */
  readonly open: readonly ConditionalGrant[];
}

export type Verdicts = Readonly<Record<RuleAction, Verdict>>;

/** A policy with conditions that is for somebody. */
export interface ConditionalGrant {
  readonly granted: Decision;
  readonly conditions: PolicyConditions;
}
