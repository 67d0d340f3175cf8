import { Injectable } from '@nestjs/common';
import { AccessControl, AccessDeniedError, type Action, type Identity, type RepositoryName } from '@berth/sdk';
import { AuthState } from './auth-state.js';
import type { AccessPolicy } from './policy/access-policy.js';

/** What the rules say that hold now, for content and plugins. */
@Injectable()
export class PolicyAccessControl extends AccessControl {
  readonly #lists = new WeakMap<Identity, Identity>();

  constructor(private readonly state: AuthState) {
    super();
  }

  may(identity: Identity, action: Action, repository: RepositoryName): boolean {
    return this.#policy?.decide({ identity, action, repository }).allowed ?? true;
  }

  maySee(identity: Identity, repository: RepositoryName): boolean {
    const asking = identity.mayListCatalog && !identity.isGrantedElsewhere ? this.#unlimited(identity) : identity;
    const question = { identity: asking, action: 'read', repository, assumesConditions: true } as const;
    return this.#policy?.decide(question).allowed ?? true;
  }

  require(identity: Identity, action: Action, repository: RepositoryName): void {
    const { allowed, rule = '', reason } = this.#policy?.decide({ identity, action, repository }) ?? { allowed: true };
    if (!allowed) throw new AccessDeniedError({ action, repository, rule, reason });
  }

  detectsCollisions(identity: Identity, repository: RepositoryName): boolean {
    return this.#policy?.detectsCollision(identity, repository) ?? false;
  }

  holds(identity: Identity, permission: string): boolean {
    return this.#policy?.holds(identity, permission) ?? true;
  }

  /** One for all names of a list: the policy remembers what it has found out for an identity. */
  #unlimited(identity: Identity): Identity {
    let unlimited = this.#lists.get(identity);
    if (!unlimited) {
      const { limits: _, ...rest } = identity;
      this.#lists.set(identity, (unlimited = rest));
    }
    return unlimited;
  }

  /** Absent where everyone may do everything. */
  get #policy(): AccessPolicy | undefined {
    const { current } = this.state;
    return current?.isOpen ? undefined : current?.policy;
  }
}
