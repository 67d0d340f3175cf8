import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { flushLogOutput, openLogOutput } from './log-output.js';
import { RegistryLogger } from './registry-logger.js';

describe('openLogOutput', () => {
  it.runIf(existsSync('/dev/full'))(
    'a full disk under the log ends nothing, and is said on standard error',
    async () => {
      const written: string[] = [];
      const standardError = vi
        .spyOn(process.stderr, 'write')
        .mockImplementation((text) => written.push(String(text)) > 0);
      onTestFinished(() => {
        standardError.mockRestore();
      });
      const output = await openLogOutput('/dev/full');
      const logger = new RegistryLogger(output, 'info');
      for (let line = 0; line < 200; line++) logger.info({ line, text: 'x'.repeat(100) }, 'into a full disk');
      flushLogOutput(output);
      await vi.waitUntil(() => written.length > 0);
      expect(written.join('')).toMatch(/the log cannot be written: .*ENOSPC/);
    },
  );

  it('refuses a file that cannot be opened', async () => {
    await expect(openLogOutput('/dev/null/log')).rejects.toThrow(/opening of the log \/dev\/null\/log failed/);
  });
});
