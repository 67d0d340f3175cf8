import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AuditLog } from './audit-log.js';
import { closeLogOutput, openLogOutput } from './log-output.js';
import { RegistryLogger } from './registry-logger.js';

describe('the output of a log', () => {
  it('has every line once it is closed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const logger = new RegistryLogger(await openLogOutput(join(folder, 'log')), 'info');
    logger.info('the last line');
    await logger.close();
    expect(await readFile(join(folder, 'log'), 'utf8')).toContain('the last line');
  });

  it('of the audit has each line at once, since one that waits for others is lost with the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const audit = new AuditLog(await openLogOutput(join(folder, 'audit')));
    audit.recordRemoval({ kind: 'manifest', repository: 'library/app', digest: undefined });
    await vi.waitFor(async () => {
      expect(await readFile(join(folder, 'audit'), 'utf8')).toContain('library/app');
    });
    await audit.close();
  });

  it.runIf(existsSync('/dev/full'))(
    'on a full disk ends nothing, is told of on standard error, and closes',
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
      await closeLogOutput(output);
      expect(written.join('')).toMatch(/the log cannot be written: .*ENOSPC/);
    },
  );

  it('is refused where its file cannot be opened', async () => {
    await expect(openLogOutput('/dev/null/log')).rejects.toThrow(/opening of the log \/dev\/null\/log failed/);
  });
});
