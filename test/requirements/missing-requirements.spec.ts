import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Machine } from './machine.js';
import { judge, missingRequirements } from './missing-requirements.js';
import { PROGRAM_PACKAGES } from './programs.js';

function aMachine(parts: {
  programs?: readonly string[];
  root?: boolean;
  userNamespaces?: boolean;
  controlGroups?: boolean;
  npmCache?: boolean;
}): Machine {
  return {
    hasProgram: (name) => (parts.programs ?? []).includes(name),
    isRoot: () => parts.root ?? false,
    hasUserNamespaces: () => parts.userNamespaces ?? false,
    hasControlGroups: () => parts.controlGroups ?? false,
    hasNpmCache: () => parts.npmCache ?? false,
  };
}

describe('missingRequirements', () => {
  it('is empty where the machine has everything', () => {
    const machine = aMachine({ programs: ['skopeo'], root: true, userNamespaces: true });
    expect(missingRequirements({ programs: ['skopeo'], root: true, userNamespaces: true }, machine)).toEqual([]);
  });

  it('asks nothing of the machine where nothing is required', () => {
    expect(missingRequirements({}, aMachine({}))).toEqual([]);
  });

  it('names each missing program and the package it comes in', () => {
    const missing = missingRequirements(
      { programs: ['skopeo', 'htpasswd', 'podman'] },
      aMachine({ programs: ['podman'] }),
    );
    expect(missing).toEqual([
      { reason: 'needs skopeo: apt-get install skopeo', obtainable: true },
      { reason: 'needs htpasswd: apt-get install apache2-utils', obtainable: true },
    ]);
  });

  it('says how the cache of npm is filled', () => {
    const [missing] = missingRequirements({ npmCache: true }, aMachine({}));
    expect(missing).toEqual({ reason: expect.stringContaining('npm ci') as string, obtainable: true });
  });

  it('takes root for obtainable and user namespaces for not', () => {
    const missing = missingRequirements({ root: true, userNamespaces: true }, aMachine({}));
    expect(missing.map((one) => one.obtainable)).toEqual([true, false]);
  });
});

describe('judge', () => {
  const skopeo = { reason: 'needs skopeo', obtainable: true };
  const namespaces = { reason: 'needs user namespaces', obtainable: false };

  it('runs where nothing is missing, demanded or not', () => {
    expect(judge([], true)).toEqual({ kind: 'run' });
    expect(judge([], false)).toEqual({ kind: 'run' });
  });

  it('leaves out with every reason', () => {
    const reason = 'needs skopeo; needs user namespaces';
    expect(judge([skopeo, namespaces], false)).toEqual({ kind: 'unavailable', reason });
  });

  it('refuses an obtainable lack where everything is demanded', () => {
    expect(judge([namespaces, skopeo], true)).toEqual({
      kind: 'refuse',
      reason: 'needs user namespaces; needs skopeo',
    });
  });

  it('leaves out what no package can bring, even where everything is demanded', () => {
    expect(judge([namespaces], true)).toEqual({ kind: 'unavailable', reason: 'needs user namespaces' });
  });
});

describe('debian-packages.txt', () => {
  const lines = readFileSync(new URL('./debian-packages.txt', import.meta.url), 'utf8').split('\n');

  it('installs the package of every program a test may ask for', () => {
    const installed = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(installed).toEqual(expect.arrayContaining(Object.values(PROGRAM_PACKAGES)));
  });
});
