import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { flushLogOutput, openLogOutput } from './log-output.js';

describe('openLogOutput', () => {
  it('a log that cannot be written ends nothing, and is said on standard error', async () => {
    const written: string[] = [];
    const standardError = vi
      .spyOn(process.stderr, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0);
    onTestFinished(() => {
      standardError.mockRestore();
    });
    const output = await openLogOutput(join(tmpdir(), `berth-log-output-${String(process.pid)}.log`));
    output.emit('error', new Error('ENOSPC: no space left on device'));
    flushLogOutput(output);
    expect(written).toContain('berth: the log cannot be written: ENOSPC: no space left on device\n');
    output.end();
  });

  it('refuses a file that cannot be opened', async () => {
    await expect(openLogOutput('/dev/null/log')).rejects.toThrow(/opening of the log \/dev\/null\/log failed/);
  });
});
