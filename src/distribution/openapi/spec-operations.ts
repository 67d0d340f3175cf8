import { type EndpointId, ENDPOINTS, type RouteDescription } from '@berth/sdk';
import { type DescribedRoute, described } from './described-route.js';

type SpecMethod = (typeof ENDPOINTS)[EndpointId]['methods'][number];
type SpecRoute = `${SpecMethod} ${(typeof ENDPOINTS)[EndpointId]['path']}`;

const NOT_THERE = { 404: 'the repository, or this in it, is not there' };
const UPLOAD = '/v2/<name>/blobs/uploads/<session>';

/** What the endpoints of the specification do. Their paths and queries are those of its table. */
const MEANINGS: Partial<Record<SpecRoute, Omit<RouteDescription, 'query'>>> = {
  'GET /v2/': { summary: 'Whether this is a registry, and how to log in', answers: { 200: 'it is' } },
  'GET /v2/<name>/blobs/<digest>': {
    summary: 'Pull a blob',
    answers: { 200: 'its bytes', 206: 'a part', ...NOT_THERE },
  },
  'HEAD /v2/<name>/blobs/<digest>': { summary: 'Ask for a blob', answers: { 200: 'it is there', ...NOT_THERE } },
  'DELETE /v2/<name>/blobs/<digest>': { summary: 'Delete a blob', answers: { 202: 'it is deleted', ...NOT_THERE } },
  'GET /v2/<name>/manifests/<reference>': {
    summary: 'Pull a manifest by tag or digest',
    answers: { 200: 'its bytes, as they were pushed', ...NOT_THERE },
  },
  'HEAD /v2/<name>/manifests/<reference>': {
    summary: 'Ask for a manifest by tag or digest',
    answers: { 200: 'it is there', ...NOT_THERE },
  },
  'PUT /v2/<name>/manifests/<reference>': {
    summary: 'Push a manifest',
    body: 'the manifest',
    answers: {
      201: 'it is held',
      400: 'it is not valid',
      404: 'something that it names is not there',
      413: 'it is too large',
    },
  },
  'DELETE /v2/<name>/manifests/<reference>': {
    summary: 'Delete a manifest, or a tag',
    answers: { 202: 'it is deleted', ...NOT_THERE },
  },
  'POST /v2/<name>/blobs/uploads/': {
    summary: 'Begin an upload; with a digest push a blob at once, with mount and from take it from another repository',
    body: 'with a digest: the blob',
    answers: { 201: 'the blob is held', 202: 'the upload has begun' },
  },
  [`GET ${UPLOAD}`]: { summary: 'How far an upload has come', answers: { 204: 'its range', ...NOT_THERE } },
  [`PATCH ${UPLOAD}`]: {
    summary: 'Go on with an upload',
    body: 'the next bytes',
    answers: { 202: 'they are taken', ...NOT_THERE, 416: 'they are not the next ones' },
  },
  [`PUT ${UPLOAD}`]: {
    summary: 'End an upload',
    body: 'the last bytes, if any are missing',
    answers: { 201: 'the blob is held', 400: 'its digest is another', ...NOT_THERE },
  },
  [`DELETE ${UPLOAD}`]: { summary: 'Give an upload up', answers: { 204: 'it is gone', ...NOT_THERE } },
  'GET /v2/<name>/tags/list': {
    summary: 'List the tags of a repository',
    answers: { 200: 'a page of them', ...NOT_THERE },
  },
  'GET /v2/<name>/referrers/<digest>': {
    summary: 'List what refers to a manifest',
    answers: { 200: 'an image index of it' },
  },
};

const PARAMETERS: Readonly<Record<string, string>> = {
  digest: 'of the blob',
  'digest-algorithm': 'of the digest that the upload will end with',
  tag: 'a tag to point at the manifest besides; may be given several times',
  n: 'how many at most',
  last: 'the last one of the page before',
  mount: 'the digest of the blob to take',
  from: 'the repository to take it from',
  artifactType: 'only those of this type',
};

/** The routes of the specification, one for each method of a path, with the queries of all its rows. spec.md#endpoints */
export function specOperations(): readonly DescribedRoute[] {
  const queries = new Map<SpecRoute, Set<string>>();
  for (const row of Object.values(ENDPOINTS)) {
    for (const method of row.methods) {
      const route = `${method} ${row.path}` as const;
      const query = queries.get(route) ?? new Set<string>();
      for (const name of 'query' in row ? row.query : []) query.add(name);
      queries.set(route, query);
    }
  }
  return [...queries].map(([route, names]) => {
    const { summary, answers, body } = MEANINGS[route] ?? { summary: route, answers: {} };
    const query = Object.fromEntries([...names].map((name) => [name, { description: PARAMETERS[name] ?? name }]));
    const [method = '', path = ''] = route.split(' ');
    return described('distribution', `${method} ${path.replace(/<(\w+)>/g, ':$1')}`, {
      summary,
      answers,
      query,
      ...(body !== undefined && { body }),
    });
  });
}
