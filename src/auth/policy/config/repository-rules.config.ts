import type { RuleAction } from '../rule-action.js';
import { IsActionsOrNone } from './is-actions.js';
import { IsSectionList } from './is-section-list.js';
import { PolicyConfig } from './policy.config.js';

/** `http.accessControl.repositories.<pattern>`: all that counts where this pattern is the one that decides. */
export class RepositoryRulesConfig {
  @IsSectionList(() => PolicyConfig, {
    wish: 'a list of policies such as { "users": ["ann"], "actions": ["read"] }',
    mayBeEmpty: true,
  })
  readonly policies: readonly PolicyConfig[] = [];

  /** For everyone who is known. */
  @IsActionsOrNone()
  readonly defaultPolicy: readonly RuleAction[] = [];

  /** For everyone who is not. */
  @IsActionsOrNone()
  readonly anonymousPolicy: readonly RuleAction[] = [];
}
