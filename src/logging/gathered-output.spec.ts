import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GatheredOutput } from './gathered-output.js';

function aFile(): { readonly fd: number; readonly text: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'berth-gathered-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'log');
  return { fd: openSync(file, 'w'), text: () => readFileSync(file, 'utf8') };
}

describe('an output that gathers lines', () => {
  it('writes every line once and in order, whatever their number and letters', async () => {
    const { fd, text } = aFile();
    const output = new GatheredOutput(fd, () => undefined);
    const lines = Array.from({ length: 20_000 }, (_, at) => `${String(at)} Zürich 🚢\n`);
    for (const line of lines) output.write(line);
    await output.flush();
    output.destroy();
    expect(text()).toBe(lines.join(''));
  });

  it('reports a failure once, loses what was not written, and goes on', async () => {
    // Open for reading only.
    const fd = openSync('/dev/null', 'r');
    const failures: string[] = [];
    const output = new GatheredOutput(fd, (error) => failures.push(error.message));
    for (const line of ['one\n', 'two\n']) {
      output.write(line);
      await output.flush();
    }
    output.destroy();
    expect(failures).toEqual([expect.stringContaining('EBADF')]);
  });

  it('is flushed at once where nothing waits', async () => {
    const { fd } = aFile();
    const output = new GatheredOutput(fd, () => undefined);
    await expect(output.flush()).resolves.toBeUndefined();
    output.destroy();
  });
});
