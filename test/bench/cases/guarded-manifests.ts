import type { BenchCase } from '../bench-case.ts';
import { BENCH_USER } from '../peer-berth.ts';
import { renderRequest } from '../http-connection.ts';
import { fetchBytes, manifestRequest, sendExpecting } from '../registry-client.ts';
import { type RepositoryFixtures, tagName } from '../repository-fixtures.ts';

const BASIC = `Basic ${Buffer.from(`${BENCH_USER.name}:${BENCH_USER.password}`).toString('base64')}`;

/** To know somebody again costs little. */
const TARGET = { times: 1.3, of: 'manifest-get-anonymous' };

/** GET of a manifest by tag of a server with users and access rules: by nobody known, by a user, and by a token of that user. */
export const guardedManifestGets: readonly BenchCase[] = [
  guardedGet('anonymous', () => Promise.resolve({})),
  { ...guardedGet('basic', () => Promise.resolve({ Authorization: BASIC })), costsAtMost: TARGET },
  { ...guardedGet('bearer', bearer), costsAtMost: TARGET },
];

type Headers = Readonly<Record<string, string>>;

function guardedGet(name: string, headersFor: (fixtures: RepositoryFixtures) => Promise<Headers>): BenchCase {
  return {
    name: `manifest-get-${name}`,
    peers: ['berth-guarded'],
    // Measured in turns, so that the machine's moods hit all of them.
    flatGroup: 'guarded',
    prepare: async (fixtures) => {
      const { repository, manifest } = await fixtures.tagged(1);
      const headers = await headersFor(fixtures);
      const request = manifestRequest(fixtures.peer.origin, 'GET', repository, tagName(0), headers);
      return {
        operation: async (connection) => {
          const response = await sendExpecting(connection, request, 200);
          if (response.bodyLength !== manifest.bytes.length) throw new Error('a manifest of another length');
        },
      };
    },
  };
}

/** A token lives for five minutes, and a run of these cases takes one. */
async function bearer(fixtures: RepositoryFixtures): Promise<Headers> {
  const { origin } = fixtures.peer;
  const path = '/auth/token?service=berth&scope=repository:bench/tagged-1:pull';
  const answer = await fixtures.withConnection((connection) =>
    fetchBytes(connection, renderRequest(origin, 'GET', path, { Authorization: BASIC })),
  );
  const { token } = JSON.parse(answer.toString('utf8')) as { readonly token: string };
  return { Authorization: `Bearer ${token}` };
}
