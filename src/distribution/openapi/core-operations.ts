import type { QueryParameter, RouteDescription } from '@berth/sdk';
import { type DescribedRoute, described } from './described-route.js';

const USER: QueryParameter = { description: 'whose; your own without it, anyone’s for who holds apikeys.manage' };
const STATES = { 200: 'yes', 503: 'no' };

const token: RouteDescription = {
  summary: 'Get a token, as the Docker token protocol says',
  query: {
    service: { description: 'as the challenge names it' },
    scope: {
      description: 'what it is to be good for; may be given several times',
      example: 'repository:team/app:pull',
    },
  },
  answers: { 200: 'the token', 401: 'user and password are wrong' },
};
const tokenByPost: RouteDescription = {
  ...token,
  query: {},
  body: 'the same as a form: grant_type, service, scope, username and password',
};
const discovery: RouteDescription = {
  summary: 'What extensions there are',
  answers: { 200: 'their names and endpoints' },
};

/** The routes of core that the distribution specification does not have. */
const OPERATIONS: Readonly<Record<string, RouteDescription>> = {
  'GET /': { summary: 'That this is a registry', answers: { 200: 'a line of text' } },
  'GET /livez': { summary: 'Whether the process answers', answers: { 200: 'it does' } },
  'GET /readyz': { summary: 'Whether requests are taken, and all that is needed works', answers: STATES },
  'GET /startupz': { summary: 'Whether the server has started', answers: STATES },
  'GET /v2/_catalog': {
    summary: 'List the repositories, of those that whoever asks may read',
    query: { n: { description: 'how many at most' }, last: { description: 'the last one of the page before' } },
    answers: { 200: 'a page of them' },
  },
  'GET /v2/_oci/ext/discover': discovery,
  'GET /v2/:name/_oci/ext/discover': discovery,
  'GET /v2/_berth/openapi.json': { summary: 'This document', answers: { 200: 'it' } },
  'GET /zot/auth/apikey': {
    summary: 'List API keys',
    query: { user: USER },
    answers: { 200: 'the keys, without secrets' },
  },
  'POST /zot/auth/apikey': {
    summary: 'Make an API key',
    body: 'JSON: label, scopes, expirationDate',
    answers: { 201: 'the key; it is shown this once' },
  },
  'DELETE /zot/auth/apikey': {
    summary: 'Withdraw API keys',
    query: { id: { description: 'of one key; without it all' }, user: USER },
    answers: { 200: 'how many were withdrawn' },
  },
  'GET /auth/token': token,
  'HEAD /auth/token': token,
  'POST /auth/token': tokenByPost,
  'GET /zot/auth/token': token,
  'HEAD /zot/auth/token': token,
  'POST /zot/auth/token': tokenByPost,
};

export function coreOperations(): readonly DescribedRoute[] {
  return Object.entries(OPERATIONS).map(([route, description]) => described('server', route, description));
}
