import { describe, expect, it } from 'vitest';
import { alpine, app, docker, multi, sbom, signature } from './zot-images.js';
import { IMAGES, type Images, namesOf, useZotImages } from './use-zot-images.js';
import { askByGet } from './zot-search.js';

const registry = useZotImages();

function ask<Data>(query: string): ReturnType<typeof askByGet<Data>> {
  return askByGet<Data>(registry(), query);
}

describe('Image', () => {
  it('tells all that is known of an image', async () => {
    const fields = `RepoName Tag Digest MediaType Size DownloadCount LastPullTimestamp PushTimestamp PushedBy TaggedTimestamp
      LastUpdated Description IsSigned SignatureInfo{Tool IsTrusted Author} Licenses Labels Title Source Documentation Vendor
      Authors Vulnerabilities{MaxSeverity Count} Referrers{MediaType ArtifactType Size Digest Annotations{Key Value}} IsDeletable
      ArtifactType Manifests{Digest ConfigDigest LastUpdated Size IsSigned SignatureInfo{Tool} Platform{Os Arch} DownloadCount
      Layers{Size Digest} History{Layer{Digest} HistoryDescription{CreatedBy EmptyLayer}} Vulnerabilities{Count}
      Referrers{Digest} ArtifactType}`;
    const { status, data, errors } = await ask<{ Image: object }>(`{Image(image:"team/app:1.0"){${fields}}}`);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    const size = String(app.manifest.length + app.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const [config, ...layers] = app.blobs;
    expect(data.Image).toMatchObject({
      RepoName: 'team/app',
      Tag: '1.0',
      Digest: app.digest,
      MediaType: app.mediaType,
      Size: size,
      DownloadCount: 0,
      LastPullTimestamp: null,
      IsSigned: true,
      SignatureInfo: [{ Tool: 'cosign', IsTrusted: false, Author: '' }],
      Title: 'An app',
      Vendor: 'ACME',
      Labels: '{"org.opencontainers.image.title":"An app","team":"blue"}',
      Vulnerabilities: { MaxSeverity: '', Count: 0 },
      IsDeletable: true,
      Manifests: [
        {
          Digest: app.digest,
          ConfigDigest: config?.digest,
          Platform: { Os: 'linux', Arch: 'amd64' },
          Layers: layers.map(({ digest, bytes }) => ({ Digest: digest, Size: String(bytes.length) })),
          History: layers.map(({ digest }) => ({ Layer: { Digest: digest } })),
        },
      ],
    });
    const { Referrers } = data.Image as { readonly Referrers: readonly { readonly Digest: string }[] };
    expect(Referrers.map(({ Digest }) => Digest).sort()).toEqual([signature.digest, sbom.digest].sort());
  });

  it('tells of an index the images that it names, and what the first says of itself', async () => {
    const { data } = await ask(
      '{Image(image:"team/multi:latest"){MediaType Labels Manifests{Digest Platform{Os Arch}}}}',
    );
    expect(data).toEqual({
      Image: {
        MediaType: multi.mediaType,
        Labels: '{"part":"first"}',
        Manifests: multi.children.map(({ digest }, at) => ({
          Digest: digest,
          Platform: { Os: 'linux', Arch: ['amd64', 'arm64/v8'][at] },
        })),
      },
    });
  });

  it("keeps Docker's media type", async () => {
    const { data } = await ask('{Image(image:"team/app:2.0"){MediaType}}');
    expect(data).toEqual({ Image: { MediaType: 'application/vnd.docker.distribution.manifest.v2+json' } });
  });

  it.each(['team/app:nothing', 'team/nothing:1.0'])('says that %s is not there', async (image) => {
    const { status, data, errors } = await ask(`{Image(image:"${image}"){Tag}}`);
    expect(status).toBe(200);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: `the image ${image} is not there` }]);
  });
});

describe('ImageList', () => {
  it('has the tags of a repository, and of all of them where none is named', async () => {
    const { data } = await ask<{ one: Images; all: Images }>(
      `{one: ImageList(repo:"team/app")${IMAGES} all: ImageList(repo:"")${IMAGES}}`,
    );
    expect(namesOf(data.one)).toEqual(['team/app:1.0', 'team/app:2.0']);
    expect(namesOf(data.all)).toEqual(['base/alpine:3.20', 'team/app:1.0', 'team/app:2.0', 'team/multi:latest']);
  });

  it('has pages, and says how many there are in all', async () => {
    const { data } = await ask<{ ImageList: Images }>(
      `{ImageList(repo:"", requestedPage:{limit:2 offset:1 sortBy:ALPHABETIC_DSC})${IMAGES}}`,
    );
    expect(namesOf(data.ImageList)).toEqual(['team/app:2.0', 'team/app:1.0']);
    expect(data.ImageList.Page).toEqual({ TotalCount: 4, ItemCount: 2 });
  });

  it('has the newest first where it is sorted by time', async () => {
    const { data } = await ask<{ ImageList: Images }>(
      `{ImageList(repo:"", requestedPage:{sortBy:UPDATE_TIME})${IMAGES}}`,
    );
    expect(namesOf(data.ImageList)).toEqual(['team/multi:latest', 'team/app:2.0', 'team/app:1.0', 'base/alpine:3.20']);
  });

  it.each(['SEVERITY', 'STARS'])('cannot be sorted by %s, and says so', async (order) => {
    const { errors } = await ask(`{ImageList(repo:"", requestedPage:{sortBy:${order}})${IMAGES}}`);
    expect(errors?.[0]?.message).toContain(`images cannot be sorted by ${order}`);
  });

  it('is empty for a repository that is not there', async () => {
    const { data, errors } = await ask(`{ImageList(repo:"no/such")${IMAGES}}`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ ImageList: { Page: { TotalCount: 0, ItemCount: 0 }, Results: [] } });
  });
});

describe('ImageListForDigest', () => {
  const layer = alpine.blobs[1]?.digest ?? '';

  it.each([
    ['a manifest', app.digest, ['team/app:1.0']],
    ['a configuration', app.blobs[0]?.digest ?? '', ['team/app:1.0']],
    ['a layer', layer, ['base/alpine:3.20', 'team/app:1.0']],
    ['the beginning of a digest', app.digest.slice(0, 15), ['team/app:1.0']],
    ['the beginning of one without its algorithm', app.digest.slice(7, 17), ['team/app:1.0']],
    ['a manifest that an index names', multi.children[1]?.digest ?? '', ['team/multi:latest']],
  ])('finds images by %s', async (_, id, expected) => {
    const { data } = await ask<{ ImageListForDigest: Images }>(`{ImageListForDigest(id:"${id}")${IMAGES}}`);
    expect(namesOf(data.ImageListForDigest)).toEqual(expected);
  });
});

describe('BaseImageList and DerivedImageList', () => {
  it('follow the lowest layers', async () => {
    const { data } = await ask<{ down: Images; up: Images }>(
      `{down: BaseImageList(image:"team/app:1.0")${IMAGES} up: DerivedImageList(image:"base/alpine:3.20")${IMAGES}}`,
    );
    expect(namesOf(data.down)).toEqual(['base/alpine:3.20']);
    expect(namesOf(data.up)).toEqual(['team/app:1.0']);
  });

  it('are empty for an image that is not there', async () => {
    const { data, errors } = await ask<{ BaseImageList: Images }>(`{BaseImageList(image:"no/such:1")${IMAGES}}`);
    expect(errors).toBeUndefined();
    expect(data.BaseImageList.Results).toEqual([]);
  });
});

describe('RepoListWithNewestImage', () => {
  it('has each repository with the image that was tagged last', async () => {
    const { data } = await ask(
      '{RepoListWithNewestImage{Page{TotalCount} Results{Name Platforms{Os Arch} Vendors NewestImage{Tag} StarCount IsStarred}}}',
    );
    const none = { StarCount: 0, IsStarred: false };
    expect(data).toMatchObject({
      RepoListWithNewestImage: {
        Page: { TotalCount: 3 },
        Results: [
          { Name: 'team/multi', NewestImage: { Tag: 'latest' }, Platforms: [{ Arch: 'amd64' }, { Arch: 'arm64/v8' }] },
          { Name: 'team/app', NewestImage: { Tag: '2.0' }, Vendors: ['ACME'], ...none },
          { Name: 'base/alpine', NewestImage: { Tag: '3.20' }, Vendors: [] },
        ],
      },
    });
  });
});

describe('ExpandedRepoInfo', () => {
  it('has the repository and its images', async () => {
    const { data } = await ask(
      '{ExpandedRepoInfo(repo:"team/app"){Images{Tag IsDeletable} Summary{Name NewestImage{Tag}}}}',
    );
    expect(data).toEqual({
      ExpandedRepoInfo: {
        Images: [
          { Tag: '2.0', IsDeletable: true },
          { Tag: '1.0', IsDeletable: true },
        ],
        Summary: { Name: 'team/app', NewestImage: { Tag: '2.0' } },
      },
    });
  });
});

describe('Referrers', () => {
  it('has what names the manifest as its subject, of the types that are asked for', async () => {
    const { data } = await ask<Record<'all' | 'some' | 'none', readonly { readonly Digest: string }[]>>(
      `{all: Referrers(repo:"team/app" digest:"${app.digest}" type:""){Digest}
        some: Referrers(repo:"team/app" digest:"${app.digest}" type:["application/spdx+json"]){Digest}
        none: Referrers(repo:"team/app" digest:"${docker.digest}"){Digest}}`,
    );
    expect(data.all.map(({ Digest }) => Digest).sort()).toEqual([signature.digest, sbom.digest].sort());
    expect(data.some).toEqual([{ Digest: sbom.digest }]);
    expect(data.none).toEqual([]);
  });
});
