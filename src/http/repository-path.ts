/** A path below /v2/ taken apart: the repository's name as it stands in the URL, and what follows it. */
export interface RepositoryPath {
  readonly name: string;
  /** Begins with a slash. */
  readonly rest: string;
}

const PREFIX = '/v2/';

/**
 * Takes the path of a URL (no query) apart from the right, because a name may itself have segments such as `blobs` or
 * `manifests`. `undefined` where it addresses no repository: no name begins
 * with the underscore of an extension. spec.md#endpoints
 */
export function parseRepositoryPath(path: string): RepositoryPath | undefined {
  if (!path.startsWith(PREFIX) || path.startsWith('_', PREFIX.length)) return undefined;
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const last = path.lastIndexOf('/', end - 1);
  const middle = path.lastIndexOf('/', last - 1);
  if (last < 0 || middle < PREFIX.length - 1) return undefined;
  const at = restBegins(path, { middle, last, end });
  return at === undefined || at < PREFIX.length
    ? undefined
    : { name: path.slice(PREFIX.length, at), rest: path.slice(at) };
}

/** Where the part behind the name begins. */
function restBegins(
  path: string,
  { middle, last, end }: { middle: number; last: number; end: number },
): number | undefined {
  const noun = path.slice(middle + 1, last);
  const final = path.slice(last + 1, end);
  if (noun === 'manifests' || noun === 'referrers') return middle;
  if (noun === 'tags' && final === 'list') return middle;
  if (noun === 'blobs') return middle;
  const before = path.lastIndexOf('/', middle - 1);
  if (noun === 'uploads' && path.slice(before + 1, middle) === 'blobs') return before;
  if (noun === 'ext' && final === 'discover' && path.slice(before + 1, middle) === '_oci') return before;
  return undefined;
}

/** The URL with the repository's name folded into one segment, so that a router of single segments finds its route. */
export function foldRepositoryName(url: string): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const parsed = parseRepositoryPath(path);
  if (!parsed) return url;
  const query = question < 0 ? '' : url.slice(question);
  return `${PREFIX}${encodeURIComponent(parsed.name)}${parsed.rest}${query}`;
}
