import { ACTIONS, type Action, ANONYMOUS, type Identity, parseRepositoryName } from '@berth/sdk';
import { AccessControlConfig } from '../auth/policy/access-control.config.js';
import { AccessPolicy } from '../auth/policy/access-policy.js';
import { membershipOf } from '../auth/policy/membership.js';
import { authSettingsOf } from '../auth-settings-of.js';
import { isAuthenticating } from '../auth/access-notices.js';
import { loadConfig } from '../config/load-config.js';
import type { RegistryConfig } from '../config/registry.config.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { faultOfRepositoryName } from './repository-name-fault.js';

/** What is asked, as it stands on the command line. */
export interface CanArguments {
  readonly configPath: string;
  /** `-` and `anonymous` are nobody known. */
  readonly user: string;
  readonly action: string;
  readonly repository: string;
  /** Groups that a directory or a token would add to those of the configuration; joined by commas. */
  readonly groups: string | undefined;
}

interface Question {
  readonly identity: Identity;
  readonly action: Action;
  readonly repository: string;
}

/**
 * `berth can <config> <user> <action> <repository>`: says whether the rules give it, which of them, and what else matched. 0 where they
 * do, with conditions too, 1 where they do not, 64 where the question is none. It reads the configuration and nothing else.
 *
 * @throws ConfigError where the configuration is not valid; the command line prints that.
 */
export async function can(asked: CanArguments, console: Console): Promise<number> {
  const question = questionOf(asked);
  if (typeof question === 'string') {
    console.err(`berth: ${question}\n`);
    return EXIT.usage;
  }
  const { config } = await loadConfig(asked.configPath);
  const { lines, allowed } = explain(config, question);
  console.out(`${lines.join('\n')}\n`);
  return allowed ? EXIT.ok : EXIT.failure;
}

function questionOf({ user, action, repository, groups = '' }: CanArguments): Question | string {
  if (user === '') return 'the user has no name; nobody known is "-"';
  const known = ACTIONS.find((name) => name === action);
  if (!known) return `${JSON.stringify(action)} is no action; there are ${ACTIONS.join(', ')}`;
  if (!parseRepositoryName(repository)) {
    return `${JSON.stringify(repository)} is no repository name: ${faultOfRepositoryName(repository)}`;
  }
  const listed = groups.split(',').filter((group) => group !== '');
  if (user !== '-' && user !== 'anonymous') {
    return { identity: { user, groups: listed, method: 'basic' }, action: known, repository };
  }
  return listed.length > 0 ? 'nobody known is in no group' : { identity: ANONYMOUS, action: known, repository };
}

function explain(config: RegistryConfig, question: Question): { lines: readonly string[]; allowed: boolean } {
  const { accessControl: rules, ...settings } = authSettingsOf(config.http, config.http.tls);
  const policy = AccessPolicy.of(rules, { hasAuthentication: isAuthenticating(settings) });
  const { identity, action, repository } = question;
  const now = policy.decide(question);
  const { allowed, rule } = now.allowed ? now : policy.decide({ ...question, assumesConditions: true });
  const who = identity.user ?? 'nobody known';
  const [decides, ...lost] = policy.matchingPatterns(repository);
  const verdict = `${allowed ? 'allowed' : 'refused'}: ${who} may${allowed ? '' : ' not'} ${action} in ${repository}`;
  const lines = [
    allowed && !now.allowed ? `${verdict}, where the conditions of the policy hold` : verdict,
    `  rule:    ${rule}`,
    ...(decides === undefined
      ? []
      : [`  pattern: ${JSON.stringify(decides)}, ${ORDER_WORDS[rules?.patternOrder ?? 'longest']}`]),
    ...(rules && !allowed ? [`  why:     ${whyRefused(rules, question, decides)}`] : []),
    ...(rules
      ? lost.map((pattern) => `  lost:    ${JSON.stringify(pattern)}${whatItWouldSay(rules, question, pattern)}`)
      : []),
    ...(rules && identity.user !== undefined ? [`  groups:  ${groupsOf(rules, identity).join(', ') || 'none'}`] : []),
  ];
  return { lines, allowed };
}

const ORDER_WORDS = { longest: 'the longest that matches', specific: 'the most specific that matches' } as const;

function whyRefused(
  { adminPolicy }: AccessControlConfig,
  { identity, action }: Question,
  pattern: string | undefined,
): string {
  const others = adminPolicy && identity.user !== undefined ? ', nor does adminPolicy' : '';
  if (pattern === undefined) return `no pattern matches, and what no pattern matches is for nobody${others}`;
  if (identity.user === undefined) return `its anonymousPolicy does not give ${action}`;
  return `no policy of it gives ${action} to the user or to one of the groups, nor does its defaultPolicy${others}`;
}

/** Whether the other patterns would have decided otherwise is what whoever asks wants to know next. */
function whatItWouldSay(rules: AccessControlConfig, question: Question, pattern: string): string {
  const alone = new Map([...rules.repositories].filter(([written]) => written === pattern));
  const policy = AccessPolicy.of(Object.assign(new AccessControlConfig(), rules, { repositories: alone }));
  return policy.decide({ ...question, assumesConditions: true }).allowed
    ? ', which would allow it'
    : ', which would refuse it';
}

function groupsOf(rules: AccessControlConfig, { user = '', groups }: Identity): readonly string[] {
  return [...new Set([...groups, ...membershipOf(rules).groupsOf(user)])];
}
