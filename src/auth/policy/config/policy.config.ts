import type { RuleAction } from '../rule-action.js';
import { ConditionConfig } from './condition.config.js';
import { IsActions } from './is-actions.js';
import { IsForSomebody } from './is-for-somebody.js';
import { IsNames } from './is-names.js';
import { IsSectionList } from './is-section-list.js';
import { Optional } from './optional.js';

/** One entry of `policies`: what some users and groups may do. */
export class PolicyConfig {
  @IsNames('users')
  @IsForSomebody('somebody in "users" or in "groups"', ['users', 'groups'])
  readonly users: readonly string[] = [];

  @IsNames('groups')
  readonly groups: readonly string[] = [];

  @IsActions()
  readonly actions: readonly RuleAction[] = [];

  /** All of them must hold for the policy to give anything. */
  @Optional()
  @IsSectionList(() => ConditionConfig, { wish: 'a list of conditions such as { "expression": "req.tls.enabled" }' })
  readonly conditions?: readonly ConditionConfig[];
}
