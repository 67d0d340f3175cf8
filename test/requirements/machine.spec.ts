import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisMachine } from './machine.js';

describe('thisMachine', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'berth-machine-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('has a program that lies on the path and may be executed', () => {
    writeFileSync(join(folder, 'berth-no-such-program'), '');
    chmodSync(join(folder, 'berth-no-such-program'), 0o755);
    expect(thisMachine(`/nowhere:${folder}`).hasProgram('berth-no-such-program')).toBe(true);
  });

  it('has no program that lies nowhere on the path', () => {
    expect(thisMachine(folder).hasProgram('berth-no-such-program')).toBe(false);
  });

  it('has no program that may not be executed', () => {
    writeFileSync(join(folder, 'berth-no-such-program'), '');
    chmodSync(join(folder, 'berth-no-such-program'), 0o644);
    expect(thisMachine(folder).hasProgram('berth-no-such-program')).toBe(false);
  });

  it('says the same of user namespaces each time it is asked', () => {
    const machine = thisMachine();
    expect(machine.hasUserNamespaces()).toBe(machine.hasUserNamespaces());
  });
});
