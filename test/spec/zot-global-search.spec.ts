import { describe, expect, it } from 'vitest';
import { alpine, app, BASE } from './zot-images.js';
import { type Images, useZotImages } from './use-zot-images.js';
import { askByGet, askByPost } from './zot-search.js';

const registry = useZotImages();

function ask<Data>(query: string): ReturnType<typeof askByGet<Data>> {
  return askByGet<Data>(registry(), query);
}

describe('GlobalSearch', () => {
  interface Found {
    readonly GlobalSearch: {
      readonly Page: { readonly TotalCount: number };
      readonly Repos: readonly { readonly Name: string }[];
      readonly Images: Images['Results'];
      readonly Layers: readonly { readonly Digest: string; readonly Size: string }[];
    };
  }
  const find = async (query: string, more = ''): Promise<Found['GlobalSearch']> => {
    const { data, errors } = await ask<Found>(
      `{GlobalSearch(query:"${query}"${more}){Page{TotalCount} Repos{Name} Images{RepoName Tag} Layers{Digest Size}}}`,
    );
    expect(errors).toBeUndefined();
    return data.GlobalSearch;
  };

  it('finds repositories by a part of their name, the best first', async () => {
    expect((await find('APP')).Repos).toEqual([{ Name: 'team/app' }]);
    expect((await find('m')).Repos.map(({ Name }) => Name)).toEqual(['team/multi', 'team/app']);
    expect((await find('')).Repos).toHaveLength(3);
  });

  it('finds images by repository and the beginning of a tag, in one repository or all', async () => {
    expect((await find('team/app:1')).Images).toEqual([{ RepoName: 'team/app', Tag: '1.0' }]);
    expect((await find('team/app:')).Images).toHaveLength(2);
    expect((await find(':la')).Images).toEqual([{ RepoName: 'team/multi', Tag: 'latest' }]);
  });

  it('finds layers by their digest, and the images that have them', async () => {
    const [, layer] = alpine.blobs;
    const found = await find((layer?.digest ?? '').slice(0, 20));
    expect(found.Layers).toEqual([{ Digest: layer?.digest, Size: String(BASE.length) }]);
    expect(found.Images).toHaveLength(2);
    expect(found.Page.TotalCount).toBe(2);
  });

  it('passes what its filter lets pass', async () => {
    const names = async (filter: string): Promise<string[]> =>
      (await find('', `, filter:{${filter}}`)).Repos.map(({ Name }) => Name).sort();
    expect(await names('Arch:["arm64"]')).toEqual(['team/multi']);
    expect(await names('Arch:["ARM64/v8"] Os:"linux"')).toEqual(['team/multi']);
    expect(await names('Os:["windows"]')).toEqual([]);
    expect(await names('Os:[""]')).toHaveLength(3);
    expect(await names('IsBookmarked:true')).toEqual([]);
    expect((await find('team/app:', ', filter:{HasToBeSigned:true}')).Images).toEqual([
      { RepoName: 'team/app', Tag: '1.0' },
    ]);
    expect((await find(':', ', filter:{Arch:["arm64"]}')).Images).toEqual([{ RepoName: 'team/multi', Tag: 'latest' }]);
  });
});

describe('the queries for vulnerabilities', () => {
  it('find nothing where no plugin scans', async () => {
    const page = '{Page{TotalCount} Results{Tag}}';
    const { data, errors } = await ask(
      `{CVEListForImage(image:"team/app:1.0"){Tag CVEList{Id} Summary{MaxSeverity Count CriticalCount} Page{TotalCount ItemCount}}
        CVEDiffListForImages(minuend:{Repo:"team/app" Tag:"1.0"} subtrahend:{Repo:"team/app" Tag:"2.0"})
          {Minuend{Repo Tag Digest Platform{Os}} Subtrahend{Tag} CVEList{Id}}
        ImageListForCVE(id:"CVE-2024-3094")${page}
        ImageListWithCVEFixed(id:"CVE-2024-3094" image:"team/app")${page}}`,
    );
    expect(errors).toBeUndefined();
    const nothing = { Page: { TotalCount: 0 }, Results: [] };
    expect(data).toEqual({
      CVEListForImage: {
        Tag: '1.0',
        CVEList: [],
        Summary: { MaxSeverity: '', Count: 0, CriticalCount: 0 },
        Page: { TotalCount: 0, ItemCount: 0 },
      },
      CVEDiffListForImages: {
        Minuend: { Repo: 'team/app', Tag: '1.0', Digest: app.digest, Platform: { Os: 'linux' } },
        Subtrahend: { Tag: '2.0' },
        CVEList: [],
      },
      ImageListForCVE: nothing,
      ImageListWithCVEFixed: nothing,
    });
  });
});

describe('a query by POST', () => {
  it('may have variables and name one of several operations', async () => {
    const query = 'query one($repo: String!) {ImageList(repo: $repo){Page{TotalCount}}} query two {__typename}';
    const { status, data } = await askByPost(registry(), {
      query,
      operationName: 'one',
      variables: { repo: 'team/app' },
    });
    expect(status).toBe(200);
    expect(data).toEqual({ ImageList: { Page: { TotalCount: 2 } } });
  });
});
