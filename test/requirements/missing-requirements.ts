import type { Machine } from './machine.js';
import { PROGRAM_PACKAGES, type ProgramName } from './programs.js';

/** What a test needs beyond Node. */
export interface Requirements {
  readonly programs?: readonly ProgramName[];
  readonly root?: true;
  readonly userNamespaces?: true;
  readonly controlGroups?: true;
  readonly npmCache?: true;
}

export interface MissingRequirement {
  /** For a person: what is needed, and how to get it. */
  readonly reason: string;
  /** True where a machine on which everything is demanded can be made to have it, so that its lack is a fault. */
  readonly obtainable: boolean;
}

/** What `machine` lacks of `requirements`; empty where the tests can run. */
export function missingRequirements(requirements: Requirements, machine: Machine): readonly MissingRequirement[] {
  const missing: MissingRequirement[] = [];
  for (const program of requirements.programs ?? []) {
    if (machine.hasProgram(program)) continue;
    missing.push({ reason: `needs ${program}: apt-get install ${PROGRAM_PACKAGES[program]}`, obtainable: true });
  }
  if (requirements.root && !machine.isRoot()) missing.push({ reason: 'needs root: run as root', obtainable: true });
  if (requirements.userNamespaces && !machine.hasUserNamespaces()) {
    // The kernel and whatever confines us decide that; no package brings it.
    missing.push({ reason: 'needs user namespaces: the kernel refuses `unshare --user`', obtainable: false });
  }
  if (requirements.controlGroups && !machine.hasControlGroups()) {
    missing.push({ reason: 'needs control groups: /sys/fs/cgroup has none for devices', obtainable: false });
  }
  if (requirements.npmCache && !machine.hasNpmCache()) {
    missing.push({ reason: "needs npm with this repository's packages in its cache: npm ci", obtainable: true });
  }
  return missing;
}

export type Verdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/** Whether tests with these lacks run, are left out, or fail because on this machine nothing may be left out. */
export function judge(missing: readonly MissingRequirement[], everythingIsDemanded: boolean): Verdict {
  if (missing.length === 0) return { kind: 'run' };
  const reason = missing.map((one) => one.reason).join('; ');
  const atFault = everythingIsDemanded && missing.some((one) => one.obtainable);
  return { kind: atFault ? 'refuse' : 'unavailable', reason };
}
