import { anArtifact, anImage, pushManifest } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import search from '../../plugins/search/src/index.js';
import { basic, GuardedRegistry } from './guarded.js';
import { until } from './until.js';
import { askByGet, type GraphqlAnswer } from './zot-search.js';

const LAYER = Buffer.from('shared by all');
const image = (seed: number): ReturnType<ReturnType<typeof anImage>['build']> =>
  anImage({ seed }).withLayer(LAYER).withAnnotations({ 'org.opencontainers.image.vendor': 'ACME' }).build();
const open = anImage({ seed: 1 }).withLayer(LAYER).withLayers(0).build();
const [team, secret] = [image(2), image(3)];
const signature = anArtifact({ seed: 4 })
  .withArtifactType('application/vnd.cncf.notary.signature')
  .withSubject(secret)
  .build();

const RULES = {
  repositories: {
    'open/**': { anonymousPolicy: ['read'], defaultPolicy: ['read'] },
    'team/**': { policies: [{ users: ['jane'], actions: ['read', 'delete'] }] },
    'secret/**': { policies: [{ users: ['root'], actions: ['read', 'create', 'update', 'delete'] }] },
  },
  adminPolicy: { users: ['root'], actions: ['read', 'create', 'update', 'delete'] },
};

/** Everything that could tell of a repository, of whichever of the three. */
const ALL = `{
  ImageList(repo:""){Page{TotalCount} Results{RepoName IsDeletable}}
  Repos: RepoListWithNewestImage{Page{TotalCount} Results{Name Vendors}}
  Search: GlobalSearch(query:""){Page{TotalCount} Repos{Name}}
  Tags: GlobalSearch(query:":1"){Page{TotalCount} Images{RepoName}}
  Digest: ImageListForDigest(id:"${open.blobs[1]?.digest ?? ''}"){Page{TotalCount} Results{RepoName}}
  Derived: DerivedImageList(image:"open/base:1"){Page{TotalCount} Results{RepoName}}
  Layers: GlobalSearch(query:"${secret.blobs[2]?.digest ?? ''}"){Page{TotalCount} Layers{Digest}}
  Referrers(repo:"secret/plan" digest:"${secret.digest}"){Digest}
}`;

interface Answer {
  readonly ImageList: { readonly Results: readonly { readonly RepoName: string; readonly IsDeletable: boolean }[] };
}

describe('what somebody may not read', () => {
  const guarded = new GuardedRegistry(['jane', 'root']);
  const ask = (query: string, user?: string): Promise<GraphqlAnswer<Answer>> =>
    askByGet<Answer>(guarded.registry, query, user === undefined ? {} : basic(user));
  const textOf = async (query: string, user?: string): Promise<string> => JSON.stringify(await ask(query, user));

  beforeAll(async () => {
    await guarded.start({ accessControl: RULES }, { plugins: [{ plugin: search }] });
    const { request } = guarded.registry;
    const headers = basic('root');
    await pushManifest(request, 'open/base', open, { tag: '1', headers });
    await pushManifest(request, 'team/app', team, { tag: '1', headers });
    await pushManifest(request, 'secret/plan', secret, { tag: '1', headers });
    await pushManifest(request, 'secret/plan', signature, { headers });
    await until('everything is found', async () => (await textOf(ALL, 'root')).includes(signature.digest), 30_000);
  }, 60_000);
  afterAll(() => guarded.close());

  it('is neither returned nor counted, whoever asks', async () => {
    const [root, jane, nobody] = [await textOf(ALL, 'root'), await textOf(ALL, 'jane'), await textOf(ALL)];
    expect(root).toContain('secret/plan');
    for (const answer of [jane, nobody]) {
      expect(answer).not.toContain('secret');
      expect(answer).not.toContain(secret.digest);
      expect(answer).not.toContain(signature.digest);
    }
    expect(jane).toContain('team/app');
    expect(nobody).not.toContain('team');
    expect(JSON.parse(nobody)).toMatchObject({
      data: {
        ImageList: { Page: { TotalCount: 1 } },
        Repos: { Page: { TotalCount: 1 } },
        Search: { Page: { TotalCount: 1 } },
        Tags: { Page: { TotalCount: 1 } },
        Digest: { Page: { TotalCount: 1 } },
        Derived: { Page: { TotalCount: 0 } },
        Layers: { Page: { TotalCount: 0 }, Layers: [] },
        Referrers: [],
      },
    });
  });

  it.each([
    '{Image(image:"NAME:1"){Tag}}',
    '{ExpandedRepoInfo(repo:"NAME"){Summary{Name}}}',
    '{ImageList(repo:"NAME"){Page{TotalCount}}}',
    '{CVEListForImage(image:"NAME:1"){Tag}}',
    '{BaseImageList(image:"NAME:1"){Page{TotalCount}}}',
    '{GlobalSearch(query:"NAME:1"){Page{TotalCount}}}',
    '{CVEDiffListForImages(minuend:{Repo:"open/base" Tag:"1"} subtrahend:{Repo:"NAME" Tag:"1"}){Minuend{Tag}}}',
  ])('is not told apart from what is not there: %s', async (query) => {
    const hidden = await textOf(query.replaceAll('NAME', 'secret/plan'), 'jane');
    const absent = await textOf(query.replaceAll('NAME', 'absent/plan'), 'jane');

    expect(hidden).toBe(absent.replaceAll('absent/plan', 'secret/plan'));
  });

  it('is said of deleting too', async () => {
    const { data } = await ask(ALL, 'jane');
    const deletable = Object.fromEntries(data.ImageList.Results.map((one) => [one.RepoName, one.IsDeletable]));
    expect(deletable).toEqual({ 'open/base': false, 'team/app': true });
  });
});
