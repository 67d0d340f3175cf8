/** A zot client's queries as they leave it, with the values of a certain image in their places. */
export interface RecordedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

type Recorded = Readonly<Record<string, string>>;

const CLI_IMAGES = `Results{
	RepoName Tag
	Digest
	MediaType
	Manifests {
		Digest
		ConfigDigest
		Size
		Platform {Os Arch}
		IsSigned
		Layers {Size Digest}
		LastUpdated
	}
	LastUpdated
	Size
	IsSigned
}`;

/** What its command-line client asks before anything else: whether the server has the query. The empty parentheses are its own. */
export const CLI_SCHEMA_QUERY = `
	{
		__schema() {
			queryType {
				fields {
					name
					args {
						name
					}
					type {
						name
						kind
					}
				}
				__typename
			}
			types {
				name
				fields {
					name
				}
			}
		}
	}`;

/** The arguments that it compares with those of the server, in their order. */
export const CLI_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  ImageList: ['repo', 'requestedPage'],
  CVEDiffListForImages: ['minuend', 'subtrahend', 'requestedPage', 'searchedCVE', 'excludedCVE'],
  ImageListForDigest: ['id', 'requestedPage'],
  BaseImageList: ['image', 'digest', 'requestedPage'],
  DerivedImageList: ['image', 'digest', 'requestedPage'],
  CVEListForImage: ['image', 'requestedPage', 'searchedCVE', 'excludedCVE', 'severity'],
  ImageListForCVE: ['id', 'filter', 'requestedPage'],
  ImageListWithCVEFixed: ['id', 'image', 'filter', 'requestedPage'],
  Referrers: ['repo', 'digest', 'type'],
  GlobalSearch: ['query', 'filter', 'requestedPage'],
};

/** By the command of `zli`. */
export function cliQueries({ repository, tag, digest }: RecordedImage): Recorded {
  const image = `${repository}:${tag}`;
  return {
    'image list': `{ ImageList(repo: "", requestedPage: {sortBy: ALPHABETIC_ASC}) { ${CLI_IMAGES} } }`,
    'image name': `{ ImageList(repo: "${repository}", requestedPage: {sortBy: ALPHABETIC_ASC}) { ${CLI_IMAGES} } }`,
    'image digest': `{ ImageListForDigest(id: "${digest}", requestedPage: {sortBy: ALPHABETIC_ASC}) { ${CLI_IMAGES} } }`,
    'image derived': `{ DerivedImageList(image:"${image}", requestedPage: {sortBy: ALPHABETIC_ASC}){ ${CLI_IMAGES} } }`,
    'image base': `{ BaseImageList(image:"${image}", requestedPage: {sortBy: ALPHABETIC_ASC}){ ${CLI_IMAGES} } }`,
    'search subject': `{ Referrers( repo: "${repository}", digest: "${digest}" ){
      ArtifactType, Digest, MediaType, Size, Annotations{ Key Value } } }`,
    'search query': `{ GlobalSearch(query:"${repository}", requestedPage: {sortBy: RELEVANCE}){
      Images { RepoName Tag MediaType Digest Size IsSigned LastUpdated
        Manifests { Digest ConfigDigest Platform {Os Arch} Size IsSigned Layers {Size Digest} LastUpdated } }
      Repos { Name Platforms { Os Arch } LastUpdated Size DownloadCount StarCount } } }`,
    'cve list': `{ CVEListForImage (image:"${image}", searchedCVE:"", requestedPage: {sortBy: SEVERITY}) {
      Tag CVEList { Id Title Severity Description PackageList {Name PackagePath InstalledVersion FixedVersion} }
      Summary { Count UnknownCount LowCount MediumCount HighCount CriticalCount MaxSeverity } } }`,
    'cve affected': `{ ImageListForCVE(id: "CVE-2024-3094", requestedPage: {sortBy: ALPHABETIC_ASC}) { ${CLI_IMAGES} } }`,
    'cve fixed': `{ ImageListWithCVEFixed(id: "CVE-2024-3094", image: "${repository}") { ${CLI_IMAGES} } }`,
    'cve diff': `{ CVEDiffListForImages( minuend: {Repo: "${repository}", Tag: "${tag}", Digest: ""},
        subtrahend: {Repo: "${repository}", Tag: "${tag}", Digest: "", Platform: {Os: "linux", Arch: "amd64"}} ) {
      Minuend {Repo Tag} Subtrahend {Repo Tag}
      CVEList { Id Title Description Severity Reference PackageList {Name InstalledVersion FixedVersion} }
      Summary { Count UnknownCount LowCount MediumCount HighCount CriticalCount }
      Page {TotalCount ItemCount} } }`,
  };
}

const CARD = `Tag Vulnerabilities {MaxSeverity Count} Description IsSigned SignatureInfo { Tool IsTrusted Author } Licenses Vendor Labels`;
const RELATED = `Page {TotalCount ItemCount} Results { RepoName Tag Description Manifests {Digest Platform {Os Arch} Size} Vendor
  DownloadCount LastUpdated IsSigned SignatureInfo { Tool IsTrusted Author } Vulnerabilities {MaxSeverity Count}}`;

/** By what its page shows. */
export function pageQueries({ repository, tag, digest }: RecordedImage): Recorded {
  const image = `${repository}:${tag}`;
  const page = 'requestedPage: {limit:15 offset:0}';
  return {
    home: `{RepoListWithNewestImage(${page}){Results {Name LastUpdated Size Platforms {Os Arch}  NewestImage { Tag Vulnerabilities {MaxSeverity Count} Description  Licenses Title Source IsSigned SignatureInfo { Tool IsTrusted Author } Documentation Vendor Labels} IsStarred IsBookmarked StarCount DownloadCount}}}`,
    repository: `{ExpandedRepoInfo(repo:"${repository}"){Images {Manifests {Digest Platform {Os Arch} Size} Vulnerabilities {MaxSeverity Count} Tag LastUpdated Vendor IsDeletable } Summary {Name LastUpdated Size Platforms {Os Arch} Vendors IsStarred IsBookmarked NewestImage {RepoName IsSigned SignatureInfo { Tool IsTrusted Author } Vulnerabilities {MaxSeverity Count} Manifests {Digest} Tag Vendor Title Documentation DownloadCount Source Description Licenses}}}}`,
    image: `{Image(image: "${image}"){RepoName IsSigned SignatureInfo { Tool IsTrusted Author } Vulnerabilities {MaxSeverity Count}  Referrers {MediaType ArtifactType Size Digest Annotations{Key Value}} Tag Manifests {History {Layer {Size Digest} HistoryDescription {CreatedBy EmptyLayer}} Digest ConfigDigest LastUpdated Size Platform {Os Arch}} Vendor Licenses }}`,
    vulnerabilities: `{CVEListForImage(image: "${image}", ${page}, searchedCVE: "a", excludedCVE: "b", severity: "HIGH"){Tag Page {TotalCount ItemCount} CVEList {Id Title Description Severity Reference PackageList {Name PackagePath InstalledVersion FixedVersion}} Summary {Count UnknownCount LowCount MediumCount HighCount CriticalCount}}}`,
    'fixed tags': `{ImageListWithCVEFixed(id:"CVE-2024-3094", image:"${repository}", ${page},filter:{ Os:["linux"] Arch:""}) {Page {TotalCount ItemCount} Results {Tag}}}`,
    uses: `{BaseImageList(image: "${image}", ${page}){${RELATED}}}`,
    'used by': `{DerivedImageList(image: "${image}", ${page}){${RELATED}}}`,
    explore: `{GlobalSearch(query:"", requestedPage: {limit:10 offset:0 sortBy: RELEVANCE} ,filter: { Os:["linux"] Arch:"" HasToBeSigned: false IsBookmarked: false}) {Page {TotalCount ItemCount} Repos {Name LastUpdated Size Platforms { Os Arch } IsStarred IsBookmarked NewestImage { ${CARD} } StarCount DownloadCount}}}`,
    suggestions: `{GlobalSearch(query:"${repository}:", requestedPage: {limit:15 offset:0 sortBy:RELEVANCE}) {Images {RepoName Tag}}}`,
    'referred by': `{Referrers(repo: "${repository}" digest: "${digest}" type: ""){MediaType ArtifactType Size Digest Annotations{Key Value}}}`,
  };
}
