import { definePlugin, type Digest, type RepositoryName, type Vulnerability, VulnerabilityScanner } from '@berth/sdk';
import { FakeVulnerabilityScanner, type Finding } from '@berth/sdk/testing';
import { anImage, type BuiltManifest, pushManifest } from '@berth/testkit';
import { Injectable } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import search from '../../plugins/search/src/index.js';
import { until } from './until.js';
import { useRegistry } from './use-registry.js';
import { askByGet } from './zot-search.js';

const [old, middle, fresh, unscanned] = [1, 2, 3, 4].map((seed) => anImage({ seed }).build());

function hole(id: string, severity: Vulnerability['severity'], fixedVersion?: string): Vulnerability {
  const found = { name: 'openssl', installedVersion: '1.0', ...(fixedVersion !== undefined && { fixedVersion }) };
  return { id, title: `Title of ${id}`, description: '', reference: '', severity, packages: [found] };
}

const FINDINGS: readonly Finding[] = [
  { built: old, vulnerabilities: [hole('CVE-1', 'LOW'), hole('CVE-2', 'CRITICAL', '1.1'), hole('CVE-3', 'LOW')] },
  { built: middle, vulnerabilities: [hole('CVE-1', 'LOW')] },
  { built: fresh, vulnerabilities: [] },
].map(({ built, vulnerabilities }) => ({
  repository: 'team/app' as RepositoryName,
  digest: (built?.digest ?? '') as Digest,
  vulnerabilities,
}));

@Injectable()
class Trivial extends FakeVulnerabilityScanner {
  constructor() {
    super(FINDINGS);
  }

  override find(image: Parameters<FakeVulnerabilityScanner['find']>[0]): ReturnType<FakeVulnerabilityScanner['find']> {
    return image.repository === 'team/broken' ? Promise.reject(new Error('no answer')) : super.find(image);
  }
}

const scanner = definePlugin({ name: 'trivial', vulnerabilityScanner: Trivial });
const registry = useRegistry({ plugins: [{ plugin: search }, { plugin: scanner }] });

async function ask(query: string): Promise<unknown> {
  const { data, errors } = await askByGet(registry(), query);
  expect(errors).toBeUndefined();
  return data;
}

beforeAll(async () => {
  const push = async (repository: string, built: BuiltManifest | undefined, tag: string): Promise<void> => {
    if (built) await pushManifest(registry().request, repository, built, { tag });
    registry().clock.advance(1000);
  };
  await push('team/app', old, 'old');
  await push('team/app', middle, 'middle');
  await push('team/app', fresh, 'fresh');
  await push('team/app', unscanned, 'unscanned');
  await push('team/broken', old, '1');
  await until(
    'all are found',
    async () => {
      const { data } = await askByGet<{ ImageList: { Page: { TotalCount: number } } }>(
        registry(),
        '{ImageList(repo:""){Page{TotalCount}}}',
      );
      return data.ImageList.Page.TotalCount === 5;
    },
    30_000,
  );
}, 60_000);

describe('with a scanner that a plugin contributes', () => {
  it('is the one that others ask', () => {
    expect(registry().application.get(VulnerabilityScanner, { strict: false })).toBeDefined();
  });

  it('an image has what was found in it, the worst first, by pages', async () => {
    const fields =
      '{Tag CVEList{Id Severity PackageList{Name FixedVersion}} Summary{MaxSeverity Count LowCount} Page{TotalCount ItemCount}}';
    expect(await ask(`{CVEListForImage(image:"team/app:old" requestedPage:{limit:2})${fields}}`)).toEqual({
      CVEListForImage: {
        Tag: 'old',
        CVEList: [
          { Id: 'CVE-2', Severity: 'CRITICAL', PackageList: [{ Name: 'openssl', FixedVersion: '1.1' }] },
          { Id: 'CVE-1', Severity: 'LOW', PackageList: [{ Name: 'openssl', FixedVersion: 'Not Specified' }] },
        ],
        Summary: { MaxSeverity: 'CRITICAL', Count: 3, LowCount: 2 },
        Page: { TotalCount: 3, ItemCount: 2 },
      },
    });
  });

  it.each([
    ['searchedCVE:"cve-2"', ['CVE-2']],
    ['excludedCVE:"CVE-2"', ['CVE-1', 'CVE-3']],
    ['severity:"low"', ['CVE-1', 'CVE-3']],
    ['requestedPage:{sortBy:ALPHABETIC_DSC}', ['CVE-3', 'CVE-2', 'CVE-1']],
  ])('the list has what %s asks for', async (argument, expected) => {
    const data = (await ask(`{CVEListForImage(image:"team/app:old" ${argument}){CVEList{Id}}}`)) as {
      readonly CVEListForImage: { readonly CVEList: readonly { readonly Id: string }[] };
    };
    expect(data.CVEListForImage.CVEList.map(({ Id }) => Id)).toEqual(expected);
  });

  it('a list tells clean images from those that were not scanned', async () => {
    const query = '{ImageList(repo:"team/app"){Results{Tag Vulnerabilities{MaxSeverity Count}}}}';
    const of = (Tag: string, MaxSeverity: string, Count: number): object => ({
      Tag,
      Vulnerabilities: { MaxSeverity, Count },
    });
    expect(await ask(query)).toEqual({
      ImageList: {
        Results: [of('fresh', 'NONE', 0), of('middle', 'LOW', 1), of('old', 'CRITICAL', 3), of('unscanned', '', 0)],
      },
    });
  });

  it('a scanner that fails takes no list with it', async () => {
    expect(await ask('{ImageList(repo:"team/broken"){Results{Tag Vulnerabilities{Count}}}}')).toEqual({
      ImageList: { Results: [{ Tag: '1', Vulnerabilities: null }] },
    });
    const { errors } = await askByGet(registry(), '{CVEListForImage(image:"team/broken:1"){Tag}}');
    expect(errors?.[0]?.message).toBe('internal error');
  });

  it('images are found by what they have, and by what they no longer have', async () => {
    const page = '{Page{TotalCount} Results{Tag}}';
    expect(await ask(`{a: ImageListForCVE(id:"CVE-1" requestedPage:{sortBy:ALPHABETIC_ASC})${page}}`)).toEqual({
      a: { Page: { TotalCount: 2 }, Results: [{ Tag: 'middle' }, { Tag: 'old' }] },
    });
    expect(await ask(`{a: ImageListWithCVEFixed(id:"CVE-2" image:"team/app")${page}}`)).toEqual({
      a: { Page: { TotalCount: 2 }, Results: [{ Tag: 'fresh' }, { Tag: 'middle' }] },
    });
  });

  it('two images are told apart', async () => {
    const images = 'minuend:{Repo:"team/app" Tag:"old"} subtrahend:{Repo:"team/app" Tag:"middle"}';
    expect(await ask(`{CVEDiffListForImages(${images}){CVEList{Id} Summary{Count} Page{TotalCount}}}`)).toEqual({
      CVEDiffListForImages: {
        CVEList: [{ Id: 'CVE-2' }, { Id: 'CVE-3' }],
        Summary: { Count: 2 },
        Page: { TotalCount: 2 },
      },
    });
  });
});
