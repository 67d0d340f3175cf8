import type { AccessControlConfig } from './access-control.config.js';
import type { Membership } from './standing.js';

/** Who is in which group, and who is an administrator, as a configuration has it. */
export function membershipOf({ groups, adminPolicy }: AccessControlConfig): Membership {
  const groupsByUser = new Map<string, string[]>();
  for (const [group, { users }] of groups) {
    for (const user of users) groupsByUser.set(user, [...(groupsByUser.get(user) ?? []), group]);
  }
  const admins = new Set(adminPolicy?.users);
  const adminGroups = new Set(adminPolicy?.groups);
  return {
    groupsOf: (user) => groupsByUser.get(user) ?? [],
    isAdmin: (user, theirs) => admins.has(user) || theirs.some((group) => adminGroups.has(group)),
  };
}
