import type { PolicyConfig } from './config/policy.config.js';
import type { RepositoryRulesConfig } from './config/repository-rules.config.js';
import { PolicyConditions } from './conditions/policy-conditions.js';
import { allowedBy, type Decision, refusedBy } from './decision.js';
import { matcherOf } from './pattern-match.js';
import { DETECT_COLLISION, RULE_ACTIONS, type RuleAction } from './rule-action.js';
import type { Standing } from './standing.js';
import type { Verdict, Verdicts } from './verdict.js';

interface Policy {
  readonly rule: string;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly actions: ReadonlySet<string>;
  readonly conditions: PolicyConditions | undefined;
}

/** The rules of one pattern, compiled. */
export class PatternRules {
  readonly matches: (repository: string) => boolean;
  readonly hasConditions: boolean;
  readonly #rule: string;
  readonly #policies: readonly Policy[];
  readonly #default: ReadonlySet<string>;
  readonly #anonymous: ReadonlySet<string>;

  constructor(
    readonly pattern: string,
    { policies, defaultPolicy, anonymousPolicy }: RepositoryRulesConfig,
  ) {
    this.matches = matcherOf(pattern);
    this.#rule = `repositories[${JSON.stringify(pattern)}]`;
    this.#policies = policies.map((policy, at) => compile(policy, `${this.#rule}.policies[${at}]`));
    this.hasConditions = this.#policies.some(({ conditions }) => conditions !== undefined);
    this.#default = new Set(defaultPolicy);
    this.#anonymous = new Set(anonymousPolicy);
  }

  /** `ofAdmin`: what the administrators' policy says of them; `undefined` where it gives nothing. */
  verdictsFor(standing: Standing, ofAdmin: (action: RuleAction) => Decision | undefined): Verdicts {
    const theirs = this.#policies.filter((policy) => isFor(policy, standing));
    const verdicts = RULE_ACTIONS.map((action) => [action, this.#verdict(action, theirs, standing, ofAdmin)] as const);
    return Object.fromEntries(verdicts) as Record<RuleAction, Verdict>;
  }

  #verdict(
    action: RuleAction,
    theirs: readonly Policy[],
    { user }: Standing,
    ofAdmin: (action: RuleAction) => Decision | undefined,
  ): Verdict {
    const { pattern } = this;
    const giving = theirs.filter(({ actions }) => actions.has(action));
    const free = giving.find(({ conditions }) => conditions === undefined);
    if (free) return { settled: allowedBy(free.rule, pattern), open: [] };
    const everyone = this.#givenToEveryone(action, user);
    if (everyone !== undefined) return { settled: allowedBy(`${this.#rule}.${everyone}`, pattern), open: [] };
    const given = ofAdmin(action);
    if (given) return { settled: given, open: [] };
    const open = giving.flatMap(({ rule, conditions }) =>
      conditions ? [{ granted: allowedBy(rule, pattern), conditions }] : [],
    );
    return { settled: refusedBy(this.#rule, { pattern }), open };
  }

  /**
   * The policy that gives it to whoever asks. What nobody known may, everyone may: unlike in zot, where a client that has logged in, and
   * sends its credentials everywhere, is refused what it would get without them. The one action that restricts is not handed on.
   */
  #givenToEveryone(action: RuleAction, user: string | undefined): string | undefined {
    if (user !== undefined && this.#default.has(action)) return 'defaultPolicy';
    const isHandedOn = user === undefined || action !== DETECT_COLLISION;
    return isHandedOn && this.#anonymous.has(action) ? 'anonymousPolicy' : undefined;
  }
}

function compile({ users, groups, actions, conditions }: PolicyConfig, rule: string): Policy {
  return {
    rule,
    users: new Set(users),
    groups: new Set(groups),
    actions: new Set(actions),
    conditions: conditions && conditions.length > 0 ? new PolicyConditions(conditions, rule) : undefined,
  };
}

/** Policies are for who is known; what nobody known may do stands in `anonymousPolicy`. */
function isFor(policy: Policy, { user, groups }: Standing): boolean {
  return user !== undefined && (policy.users.has(user) || groups.some((group) => policy.groups.has(group)));
}
