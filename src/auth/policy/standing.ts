import type { Identity } from '@berth/sdk';
import { Limits } from './limits.js';
import type { Verdicts } from './verdict.js';

/** What the rules need to know of an identity, worked out once. */
export interface Standing {
  readonly identity: Identity;
  /** Absent: nobody known. */
  readonly user: string | undefined;
  /** Those of the identity, and those that the configuration puts its user into. */
  readonly groups: readonly string[];
  readonly isAdmin: boolean;
  readonly limits: Limits | undefined;
  /** By the rules of a pattern that were asked, so it never holds more than the configuration has patterns. */
  readonly verdicts: Map<object, Verdicts>;
}

/** How a configuration sees an identity. */
export interface Membership {
  readonly groupsOf: (user: string) => readonly string[];
  readonly isAdmin: (user: string, groups: readonly string[]) => boolean;
}

export function standingOf(identity: Identity, { groupsOf, isAdmin }: Membership): Standing {
  // Whoever has an empty name is nobody: no rule could name them.
  const user = identity.user === '' ? undefined : identity.user;
  const groups = user === undefined ? [] : [...new Set([...identity.groups, ...groupsOf(user)])];
  return {
    identity,
    user,
    groups,
    isAdmin: user !== undefined && isAdmin(user, groups),
    limits: limitsOf(identity),
    verdicts: new Map(),
  };
}

function limitsOf({ limits, isGrantedElsewhere }: Identity): Limits | undefined {
  // A token of another server's that says nothing gives nothing.
  return limits || isGrantedElsewhere ? new Limits(limits ?? []) : undefined;
}
