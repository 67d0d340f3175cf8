import 'reflect-metadata';
import { NamedSections, parseRepositoryGlob } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsIn, IsObject, ValidateNested } from 'class-validator';
import { AdminPolicyConfig } from './config/admin-policy.config.js';
import { GroupConfig } from './config/group.config.js';
import { MetricsAccessConfig } from './config/metrics-access.config.js';
import { Optional } from './config/optional.js';
import { PermissionHoldersConfig } from './config/permission-holders.config.js';
import { RepositoryRulesConfig } from './config/repository-rules.config.js';

const ORDERS = ['longest', 'specific'] as const;
const PERMISSION = /^[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/;

/** Which of several patterns that match a repository decides. */
export type PatternOrder = (typeof ORDERS)[number];

/** `http.accessControl`: who may do what. */
export class AccessControlConfig {
  @NamedSections(() => GroupConfig, { wish: 'groups such as "team": { "users": ["ann"] }' })
  readonly groups: ReadonlyMap<string, GroupConfig> = new Map();

  @NamedSections(() => RepositoryRulesConfig, {
    wish: 'patterns over repository names, each with a section, such as "team/**": { "defaultPolicy": ["read"] }',
    isName: (pattern) => pattern !== '' && parseRepositoryGlob(pattern) !== undefined,
  })
  readonly repositories: ReadonlyMap<string, RepositoryRulesConfig> = new Map();

  @IsIn(ORDERS, { message: `one of ${ORDERS.join(', ')}` })
  readonly patternOrder: PatternOrder = 'longest';

  @Optional()
  @IsObject({ message: 'a section such as { "users": ["admin"] }' })
  @ValidateNested()
  @Type(() => AdminPolicyConfig)
  readonly adminPolicy?: AdminPolicyConfig;

  @Optional()
  @IsObject({ message: 'a section such as { "users": ["prometheus"] }' })
  @ValidateNested()
  @Type(() => MetricsAccessConfig)
  readonly metrics?: MetricsAccessConfig;

  /** By `<plugin>.<permission>`. */
  @NamedSections(() => PermissionHoldersConfig, {
    wish: 'permissions of plugins, each with a section, such as "scrub.read": { "groups": ["operators"] }',
    isName: (permission) => PERMISSION.test(permission),
  })
  readonly permissions: ReadonlyMap<string, PermissionHoldersConfig> = new Map();
}
