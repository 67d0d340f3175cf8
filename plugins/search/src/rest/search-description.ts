import type { RouteDescription } from '@berth/sdk';
import { SORT_KEYS } from '../compile/sort-order.js';
import { DEFAULT_LIMIT, LARGEST_LIMIT } from './search-query.js';

const text = { type: 'string' };
const number = { type: 'integer' };
const nullable = { type: ['string', 'null'] };
const time = { type: ['string', 'null'], format: 'date-time' };

const IMAGE = {
  repository: text,
  tag: nullable,
  digest: text,
  kind: { enum: ['image', 'index', 'artifact'] },
  mediaType: text,
  artifactType: nullable,
  size: number,
  pushedAt: { type: 'string', format: 'date-time' },
  pushedBy: nullable,
  builtAt: time,
  mirroredFrom: nullable,
  platforms: { type: 'array', items: text },
  title: nullable,
  description: nullable,
  vendor: nullable,
  licenses: nullable,
  signatures: number,
  sboms: number,
  referrers: number,
  pulls: number,
  lastPulledAt: time,
};

const ANSWER = {
  total: number,
  complete: { type: 'boolean' },
  results: { type: 'array', items: { type: 'object', properties: IMAGE, required: Object.keys(IMAGE) } },
  next: nullable,
};

export const SEARCH_DESCRIPTION: RouteDescription = {
  summary: 'Find images, of those that whoever asks may read',
  query: {
    q: { description: 'what to find: see docs/search.md', example: 'nginx platform:linux/arm64 pushed:<7d' },
    sort: { description: `${SORT_KEYS.join(', ')}; with - in front the other way round`, example: 'pushed' },
    limit: { description: `how many at most, up to ${String(LARGEST_LIMIT)}; default ${String(DEFAULT_LIMIT)}` },
    cursor: { description: '`next` of the page before' },
  },
  answers: {
    200: 'a page of images',
    400: 'the query means nothing; the detail says where',
    503: 'the index is being rebuilt',
  },
  schema: { type: 'object', properties: ANSWER, required: Object.keys(ANSWER) },
};
