import { ACTIONS } from '@berth/sdk';
import type { RuleAction } from '../rule-action.js';
import { IsActions } from './is-actions.js';
import { IsForSomebody } from './is-for-somebody.js';
import { IsNames } from './is-names.js';

/** `http.accessControl.adminPolicy`: who may do what in every repository, whatever its pattern says. */
export class AdminPolicyConfig {
  @IsNames('users')
  @IsForSomebody('somebody in "users" or in "groups"', ['users', 'groups'])
  readonly users: readonly string[] = [];

  @IsNames('groups')
  readonly groups: readonly string[] = [];

  @IsActions()
  readonly actions: readonly RuleAction[] = ACTIONS;
}
