import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that goes when the running test has finished. */
export function temporaryFolder(): string {
  const folder = makeTemporaryFolder();
  onTestFinished(() => {
    removeFolder(folder);
  });
  return folder;
}

/** An empty folder that the caller removes. */
export function makeTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'berth-test-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
