import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AuditLog } from './audit-log.js';
import { RegistryLogger } from './registry-logger.js';

function linesOf(output: PassThrough): unknown[] {
  const text = String(output.read() ?? '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('the log', () => {
  it('is one JSON line for each message, with its fields', () => {
    const output = new PassThrough();
    const logger = new RegistryLogger(output, 'info');
    logger.info({ repository: 'library/app' }, 'pushed\nall');
    logger.warn('only text');

    expect(linesOf(output)).toMatchObject([
      { level: 30, repository: 'library/app', msg: 'pushed\nall' },
      { level: 40, msg: 'only text' },
    ]);
  });

  it('leaves out what is below its level, such as what Nest tells of its modules', () => {
    const output = new PassThrough();
    const logger = new RegistryLogger(output, 'info');
    logger.log('Mapped {/v2/, GET} route', 'RouterExplorer');
    logger.debug('detail');

    expect(linesOf(output)).toEqual([]);
  });

  it('tells of an error with its cause', () => {
    const output = new PassThrough();
    const cause = new Error('the disk is full');
    new RegistryLogger(output, 'info').error({ err: new Error('no commit', { cause }) }, 'failed');

    expect(JSON.stringify(linesOf(output))).toContain('the disk is full');
  });
});

describe('the audit log', () => {
  const record = {
    method: 'PUT',
    path: '/v2/library/app/manifests/latest',
    repository: 'library/app',
    reference: 'latest',
    digest: undefined,
    actor: 'ann',
    address: '127.0.0.1',
    requestId: 'r-1',
  };

  it('tells a write from a refusal', () => {
    const output = new PassThrough();
    const audit = new AuditLog(output);
    audit.record({ ...record, status: 201 });
    audit.record({ ...record, status: 403 });
    audit.recordRemoval({ kind: 'manifest', repository: 'library/app', digest: undefined });

    expect(audit.enabled).toBe(true);
    expect(linesOf(output)).toMatchObject([
      { msg: 'write', status: 201, actor: 'ann' },
      { msg: 'refusal', status: 403 },
      { msg: 'garbage collection', kind: 'manifest' },
    ]);
  });

  it('does nothing where no file is configured', () => {
    const audit = new AuditLog(undefined);

    expect(audit.enabled).toBe(false);
    expect(() => audit.record({ ...record, status: 201 })).not.toThrow();
  });
});
