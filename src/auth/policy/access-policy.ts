import type { Action, Identity } from '@berth/sdk';
import type { AccessControlConfig } from './access-control.config.js';
import { allowedBy, type Decision, refusedBy } from './decision.js';
import { membershipOf } from './membership.js';
import { PatternTable } from './pattern-table.js';
import { Permissions } from './permissions.js';
import { DETECT_COLLISION, type RuleAction } from './rule-action.js';
import { type Membership, type Standing, standingOf } from './standing.js';
import type { Verdict } from './verdict.js';

/** What somebody wants to do. */
export interface AccessQuestion {
  /** Its `circumstances` are what conditions are asked of. */
  readonly identity: Identity;
  readonly action: Action;
  /** A parsed name, never a part of a URL. */
  readonly repository: string;
  /**
   * True: conditions count as kept. Only for what shows names or is decided again when it is used, the catalog and the scope of a token:
   * nothing is known yet of the request that they are about. Otherwise a policy with conditions gives nothing without circumstances.
   */
  readonly assumesConditions?: true;
}

export interface PolicyOptions {
  /** Whether there is any way of showing who one is; default true. */
  readonly hasAuthentication?: boolean;
  readonly now?: () => Date;
}

const OPEN = allowedBy('neither authentication nor access rules');
const KNOWN = allowedBy('no access rules: who is known may do everything');
const UNKNOWN = refusedBy('no access rules: who is not known may do nothing');
const NO_PATTERN: Verdict = { settled: refusedBy('the default: nobody'), open: [] };
const ADMINISTRATOR = allowedBy('adminPolicy');
const BY_ADMIN_POLICY: Verdict = { settled: ADMINISTRATOR, open: [] };
const LIMITED = refusedBy('the limits of the credential');
const GRANTED_ELSEWHERE = allowedBy('the token, which another server has granted');
const NOT_GRANTED_ELSEWHERE = refusedBy('the token, which another server has granted');

const NO_MEMBERSHIP: Membership = { groupsOf: () => [], isAdmin: () => false };

interface Rules {
  readonly table: PatternTable;
  readonly permissions: Permissions;
  readonly membership: Membership;
  readonly adminActions: ReadonlySet<RuleAction>;
}

/** Who may do what, compiled from a configuration. Immutable: another configuration is another policy. */
export class AccessPolicy {
  /** Whether any policy asks for the circumstances of a request. */
  readonly hasConditions: boolean;
  /** Whether any pattern gives anything to nobody known: then clients must be able to do without credentials, and with them. */
  readonly hasAnonymous: boolean;
  readonly #rules: Rules | undefined;
  readonly #hasAuthentication: boolean;
  readonly #now: () => Date;
  readonly #standings = new WeakMap<Identity, Standing>();

  private constructor(
    config: AccessControlConfig | undefined,
    { hasAuthentication = true, now = () => new Date() }: PolicyOptions,
  ) {
    this.#rules = config && compile(config);
    this.#hasAuthentication = hasAuthentication;
    this.#now = now;
    this.hasConditions = this.#rules?.table.hasConditions ?? false;
    this.hasAnonymous =
      config !== undefined &&
      [...config.repositories.values()].some(({ anonymousPolicy }) => anonymousPolicy.length > 0);
  }

  /** `config`: `http.accessControl`, validated; `undefined` where there is none. */
  static of(config: AccessControlConfig | undefined, options: PolicyOptions = {}): AccessPolicy {
    return new AccessPolicy(config, options);
  }

  /** Microseconds where the same identity object asks again. */
  decide({ identity, action, repository, assumesConditions }: AccessQuestion): Decision {
    const standing = this.#standingOf(identity);
    const { limits } = standing;
    if (identity.isGrantedElsewhere) {
      return limits?.cover(action, repository) ? GRANTED_ELSEWHERE : NOT_GRANTED_ELSEWHERE;
    }
    const decision = this.#decideByRules(standing, {
      action,
      repository,
      assumesConditions: assumesConditions ?? false,
    });
    return decision.allowed && limits && !limits.cover(action, repository) ? LIMITED : decision;
  }

  /** Whether they hold `<plugin>.<permission>`. A credential that is limited to repositories is for nothing else. */
  holds(identity: Identity, permission: string): boolean {
    const standing = this.#standingOf(identity);
    if (standing.limits) return false;
    if (this.#rules) return this.#rules.permissions.held(standing, permission);
    return !this.#hasAuthentication || standing.user !== undefined;
  }

  /** Whether `adminPolicy` names them; never true of a credential with limits, nor without access rules. */
  isAdministrator(identity: Identity): boolean {
    const { isAdmin, limits } = this.#standingOf(identity);
    return isAdmin && !limits;
  }

  /** Whether a delete by digest of a manifest that several tags name is to be refused, for which `detectManifestCollision` asks. */
  detectsCollision(identity: Identity, repository: string): boolean {
    if (!this.#rules) return false;
    const standing = this.#standingOf(identity);
    const { settled, open } = this.#verdict(this.#rules, standing, DETECT_COLLISION, repository);
    return settled.allowed || open.length > 0;
  }

  /** The patterns that match `repository`, the one that decides first. */
  matchingPatterns(repository: string): readonly string[] {
    return this.#rules?.table.matching(repository) ?? [];
  }

  #decideByRules(
    standing: Standing,
    { action, repository, assumesConditions }: { action: Action; repository: string; assumesConditions: boolean },
  ): Decision {
    if (!this.#rules) return this.#decideWithoutRules(standing);
    const { settled, open } = this.#verdict(this.#rules, standing, action, repository);
    const [first] = open;
    if (!first) return settled;
    if (assumesConditions) return first.granted;
    const { identity, groups, isAdmin } = standing;
    const { circumstances } = identity;
    if (!circumstances) return refusedBy(settled.rule, { ...settled, reason: 'a condition asks for a request' });
    const question = { identity, circumstances, action, repository, isAdmin, groups, now: this.#now() };
    let refusal: Decision | undefined;
    for (const { granted, conditions } of open) {
      const refused = conditions.refusal(question, settled.pattern ?? '');
      if (!refused) return granted;
      refusal ??= refused;
    }
    return refusal ?? settled;
  }

  #decideWithoutRules({ user }: Standing): Decision {
    if (!this.#hasAuthentication) return OPEN;
    return user === undefined ? UNKNOWN : KNOWN;
  }

  #verdict({ table, adminActions }: Rules, standing: Standing, action: RuleAction, repository: string): Verdict {
    const rules = table.deciding(repository);
    if (!rules) return standing.isAdmin && adminActions.has(action) ? BY_ADMIN_POLICY : NO_PATTERN;
    let known = standing.verdicts.get(rules);
    if (!known) {
      known = rules.verdictsFor(standing, (asked) =>
        standing.isAdmin && adminActions.has(asked) ? ADMINISTRATOR : undefined,
      );
      standing.verdicts.set(rules, known);
    }
    return known[action];
  }

  #standingOf(identity: Identity): Standing {
    let standing = this.#standings.get(identity);
    if (!standing) {
      standing = standingOf(identity, this.#rules?.membership ?? NO_MEMBERSHIP);
      this.#standings.set(identity, standing);
    }
    return standing;
  }
}

function compile(config: AccessControlConfig): Rules {
  return {
    table: new PatternTable(config),
    permissions: new Permissions(config),
    membership: membershipOf(config),
    adminActions: new Set(config.adminPolicy?.actions),
  };
}
