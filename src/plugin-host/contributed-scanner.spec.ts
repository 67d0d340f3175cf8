import { PassThrough } from 'node:stream';
import type { Digest, RepositoryName, ScannedImage, Vulnerability } from '@berth/sdk';
import { FakeVulnerabilityScanner } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RegistryLogger } from '../logging/registry-logger.js';
import { ContributedScanner } from './contributed-scanner.js';

const image: ScannedImage = {
  repository: 'team/app' as RepositoryName,
  digest: `sha256:${'1'.repeat(64)}` as Digest,
};
const hole: Vulnerability = {
  id: 'CVE-1',
  title: 'a hole',
  description: '',
  reference: '',
  severity: 'HIGH',
  packages: [],
};
const { signal } = new AbortController();

describe('the vulnerability scanner of the server', () => {
  let scanner: ContributedScanner;

  beforeEach(() => {
    vi.useFakeTimers();
    scanner = new ContributedScanner(new RegistryLogger(new PassThrough(), 'silent'));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('knows nothing where no plugin contributes one', async () => {
    expect(await scanner.find(image, signal)).toBeUndefined();
    expect(await scanner.affected('CVE-1', signal)).toEqual([]);
  });

  it('says what the contributed one says', async () => {
    scanner.use('trivial', new FakeVulnerabilityScanner([{ ...image, vulnerabilities: [hole] }]));
    expect(await scanner.find(image, signal)).toEqual([hole]);
    expect(await scanner.affected('CVE-1', signal)).toEqual([image]);
  });

  it('does not wait longer than five seconds', async () => {
    class Slow extends FakeVulnerabilityScanner {
      override find(): Promise<never> {
        return new Promise(() => {});
      }
    }
    scanner.use('slow', new Slow());
    const asked = expect(scanner.find(image, signal)).rejects.toThrow('within 5000 ms');
    await vi.advanceTimersByTimeAsync(5000);
    await asked;
  });
});
