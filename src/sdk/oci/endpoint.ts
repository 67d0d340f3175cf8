/** The head of the distribution spec that the ids below are taken from: 1.1.1 and the development version after it. */
export const DISTRIBUTION_SPEC_VERSION = '1.1.1';

/** spec.md#endpoints, one row an id. `<reference>` is a tag or a digest, `<session>` the id of an upload. */
export const ENDPOINTS = {
  'end-1': { methods: ['GET'], path: '/v2/' },
  'end-2': { methods: ['GET', 'HEAD'], path: '/v2/<name>/blobs/<digest>' },
  'end-3': { methods: ['GET', 'HEAD'], path: '/v2/<name>/manifests/<reference>' },
  'end-4a': { methods: ['POST'], path: '/v2/<name>/blobs/uploads/' },
  'end-4b': { methods: ['POST'], path: '/v2/<name>/blobs/uploads/', query: ['digest'] },
  'end-4c': { methods: ['POST'], path: '/v2/<name>/blobs/uploads/', query: ['digest-algorithm'] },
  'end-5': { methods: ['PATCH'], path: '/v2/<name>/blobs/uploads/<session>' },
  'end-6': { methods: ['PUT'], path: '/v2/<name>/blobs/uploads/<session>', query: ['digest'] },
  'end-7a': { methods: ['PUT'], path: '/v2/<name>/manifests/<reference>' },
  'end-7b': { methods: ['PUT'], path: '/v2/<name>/manifests/<reference>', query: ['tag'] },
  'end-8a': { methods: ['GET'], path: '/v2/<name>/tags/list' },
  'end-8b': { methods: ['GET'], path: '/v2/<name>/tags/list', query: ['n', 'last'] },
  'end-9': { methods: ['DELETE'], path: '/v2/<name>/manifests/<reference>' },
  'end-10': { methods: ['DELETE'], path: '/v2/<name>/blobs/<digest>' },
  'end-11': { methods: ['POST'], path: '/v2/<name>/blobs/uploads/', query: ['mount', 'from'] },
  'end-12a': { methods: ['GET'], path: '/v2/<name>/referrers/<digest>' },
  'end-12b': { methods: ['GET'], path: '/v2/<name>/referrers/<digest>', query: ['artifactType'] },
  'end-13': { methods: ['GET'], path: '/v2/<name>/blobs/uploads/<session>' },
  'end-14': { methods: ['DELETE'], path: '/v2/<name>/blobs/uploads/<session>' },
} as const satisfies Record<string, { methods: readonly string[]; path: string; query?: readonly string[] }>;

export type EndpointId = keyof typeof ENDPOINTS;

/** What an actor does to a repository, as access rules name it: `create` is a push of what is new, `update` moves a tag that is there. */
export const ACTIONS = ['read', 'create', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];
