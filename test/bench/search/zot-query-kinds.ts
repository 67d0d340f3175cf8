import { digestOf } from './generated-image.ts';
import type { QueryKind } from './query-kinds.ts';

const CARD = 'Tag Vulnerabilities{MaxSeverity Count} Description IsSigned SignatureInfo{Tool} Licenses Vendor Labels';
const REPOSITORIES = `{Page{TotalCount} Repos{Name LastUpdated Size Platforms{Os Arch} IsStarred IsBookmarked NewestImage{${CARD}} StarCount DownloadCount}}`;
const IMAGES = `{Page{TotalCount} Results{RepoName Tag Digest MediaType Size IsSigned LastUpdated
  Manifests{Digest ConfigDigest Size Platform{Os Arch} IsSigned Layers{Size Digest} LastUpdated}}}`;
const PAGE = 'requestedPage:{limit:20 offset:0';
const LAYER = digestOf(Buffer.from('base 7 lower'));

function kind(name: string, graphql: string): QueryKind {
  return { name: `zot: ${name}`, query: '', graphql, isAnonymous: false };
}

/** What zot's page and its command-line client ask, by pages as they do. */
export const ZOT_QUERY_KINDS: readonly QueryKind[] = [
  kind(
    'the first page',
    `{found: RepoListWithNewestImage(${PAGE}}){Page{TotalCount} Results{Name Size Platforms{Os Arch} NewestImage{${CARD}} StarCount}}}`,
  ),
  kind('a part of a name', `{found: GlobalSearch(query:"nginx" ${PAGE} sortBy:RELEVANCE})${REPOSITORIES}}`),
  kind('repositories with stars', `{found: GlobalSearch(query:"" ${PAGE} sortBy:STARS})${REPOSITORIES}}`),
  kind(
    'repositories for a platform, signed',
    `{found: GlobalSearch(query:"" ${PAGE}} filter:{Arch:["arm64"] HasToBeSigned:true})${REPOSITORIES}}`,
  ),
  kind('all images', `{found: ImageList(repo:"" ${PAGE}})${IMAGES}}`),
  kind('all images, newest first', `{found: ImageList(repo:"" ${PAGE} sortBy:UPDATE_TIME})${IMAGES}}`),
  kind(
    'a tag in all repositories',
    `{found: GlobalSearch(query:":1.2" ${PAGE}}){Page{TotalCount} Images{RepoName Tag}}}`,
  ),
  kind('a layer', `{found: ImageListForDigest(id:"${LAYER}" ${PAGE}})${IMAGES}}`),
  kind('built upon an image', `{found: DerivedImageList(image:"team-1/redis-1:0.0.0" ${PAGE}})${IMAGES}}`),
  kind('what an image is built upon', `{found: BaseImageList(image:"team-1/redis-1:0.0.0" ${PAGE}})${IMAGES}}`),
];
