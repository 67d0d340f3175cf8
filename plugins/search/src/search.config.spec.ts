import { validateSection } from '@berth/sdk';
import { FakePluginLogger } from '@berth/sdk/testing';
import { describe, expect, it } from 'vitest';
import { ScannerNotice } from './scanner-notice.js';
import { SearchConfig } from './search.config.js';

const DAY = 86_400_000;

describe('the section search', () => {
  it('compares the index with the registry once a day where it says nothing', () => {
    expect(validateSection(SearchConfig, {})).toMatchObject({ config: { rebuildInterval: DAY }, violations: [] });
  });

  it('takes how often the index is compared, and never', () => {
    expect(validateSection(SearchConfig, { rebuildInterval: '1h' }).config.rebuildInterval).toBe(3_600_000);
    expect(validateSection(SearchConfig, { rebuildInterval: '0s' }).config.rebuildInterval).toBe(0);
  });

  it("takes zot's scanner of vulnerabilities, and warns that it has no effect", () => {
    const cve = {
      updateInterval: '2h',
      trivy: {
        dbRepository: 'ghcr.io/aquasecurity/trivy-db',
        javaDBRepository: 'ghcr.io/aquasecurity/trivy-java-db',
        vulnSeveritySources: ['auto'],
        sbom: { enable: false, format: 'spdx-json' },
      },
    };
    const { config, violations } = validateSection(SearchConfig, { cve }, { refuseUnknown: true });
    const logger = new FakePluginLogger();
    new ScannerNotice(config, logger).onModuleInit();

    expect(violations).toEqual([]);
    expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('search.cve') as string }]);
  });

  it('says nothing of a scanner that nobody asks for', () => {
    const logger = new FakePluginLogger();
    new ScannerNotice(new SearchConfig(), logger).onModuleInit();

    expect(logger.lines).toEqual([]);
  });

  it.each([
    [{ rebuildInterval: 5 }],
    [{ cve: { updateInterval: 'often' } }],
    [{ cve: { trivy: { sbom: { format: 'text' } } } }],
    [{ cve: { trivy: { vulnSeveritySources: 'auto' } } }],
    [{ interval: '1h' }],
  ])('refuses %j', (section) => {
    expect(validateSection(SearchConfig, section, { refuseUnknown: true }).violations).toHaveLength(1);
  });
});
