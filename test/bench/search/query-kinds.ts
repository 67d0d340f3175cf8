import { digestOf } from './generated-image.ts';

export interface QueryKind {
  readonly name: string;
  readonly query: string;
  readonly sort?: string;
  /** Asked instead: a query of zot's API, whose one list is called `found`. */
  readonly graphql?: string;
  /** Asked by somebody who may read one team's repositories. */
  readonly isAnonymous: boolean;
}

function kind(name: string, query: string, sort?: string): QueryKind {
  return { name, query, ...(sort !== undefined && { sort }), isAnonymous: false };
}

/** One of each kind that the language has, those that find much among them. */
export const QUERY_KINDS: readonly QueryKind[] = [
  kind('everything', ''),
  kind('everything, newest first', '', 'pushed'),
  kind('everything, most pulled first', '', 'pulls'),
  kind('word of names', 'nginx'),
  kind('word of a few descriptions', 'ledger gateway'),
  kind('word of every image', 'apache'),
  kind('two words', 'redis team'),
  kind('repository', 'repo:team-7/nginx-3500'),
  kind('repositories below', 'repo:team-7/**'),
  kind('repositories by a pattern', 'repo:**/*nginx*'),
  kind('tag', 'tag:1.2.0'),
  kind('tag by a pattern', 'tag:1.2*'),
  kind('tag by versions', 'tag:semver:^1.2'),
  kind('digest of a layer', `digest:${digestOf(Buffer.from('base 7 lower'))}`),
  kind('digest by its beginning', 'digest:sha256:00ff'),
  kind('label', 'label:org.opencontainers.image.vendor=Acme'),
  kind('label by a pattern', 'label:maintainer=team-1*'),
  kind('annotation', 'annotation:org.opencontainers.image.revision=7'),
  kind('platform', 'platform:linux/arm64'),
  kind('platform that most have', 'platform:linux/amd64'),
  kind('media type', 'mediatype:application/vnd.oci.image.index.v1+json'),
  kind('artifact type', 'artifacttype:application/spdx+json'),
  kind('size', 'size:>1GB', 'size'),
  kind('age', 'pushed:<7d', 'pushed'),
  kind('signed', 'signed:true'),
  kind('not signed', 'NOT signed:true'),
  kind('built on an image', 'base:team-1/redis-1:0.0.0'),
  kind('mirrored', 'mirrored-from:docker.io'),
  kind('several together', '(nginx OR redis) platform:linux/arm64 signed:true NOT pushed:>90d size:>100MB', 'pushed'),
  { name: 'everything, of who may read a little', query: '', isAnonymous: true },
  { name: 'word, of who may read a little', query: 'nginx', isAnonymous: true },
];
