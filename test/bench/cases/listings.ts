import type { BenchCase } from '../bench-case.ts';
import { type HttpRequest, renderRequest } from '../http-connection.ts';
import { imageManifest } from '../image-manifest.ts';
import type { Operation } from '../load.ts';
import { fetchBytes, manifestPut, sendExpecting } from '../registry-client.ts';

const REFERRERS = 20;

/** The first 100 of 1,000 tags. */
export const tagsPage: BenchCase = {
  name: 'tags-page',
  peers: ['berth', 'cncf'],
  note: 'docker-registry 2.8 ignores n and lists all 1,000 tags',
  prepare: async (fixtures) => {
    const { repository } = await fixtures.tagged(1000);
    const request = renderRequest(fixtures.peer.origin, 'GET', `/v2/${repository}/tags/list?n=100`);
    const document = await fixtures.withConnection((connection) => fetchBytes(connection, request));
    const listed = lengthOf(document, 'tags');
    const expected = fixtures.peer.name === 'cncf' ? 1000 : 100;
    if (listed !== expected) throw new Error(`a page of ${listed} tags, not ${expected}`);
    return { operation: repeatedly(request, document.length) };
  },
};

/** The 20 referrers of one image. */
export const referrersPage: BenchCase = {
  name: 'referrers-page',
  peers: ['berth'],
  note: 'docker-registry 2.8 has no referrers',
  prepare: async (fixtures) => {
    const { repository, config, layer, manifest: subject } = await fixtures.image('bench/referrers');
    const request = renderRequest(fixtures.peer.origin, 'GET', `/v2/${repository}/referrers/${subject.digest}`);
    const document = await fixtures.withConnection(async (connection) => {
      for (let revision = 1; revision <= REFERRERS; revision += 1) {
        const referrer = imageManifest({ config, layer, revision, subject });
        const put = manifestPut(fixtures.peer.origin, repository, referrer.digest, referrer);
        await sendExpecting(connection, put, 201);
      }
      return fetchBytes(connection, request);
    });
    const listed = lengthOf(document, 'manifests');
    if (listed !== REFERRERS) throw new Error(`${listed} referrers, not ${REFERRERS}`);
    return { operation: repeatedly(request, document.length) };
  },
};

function repeatedly(request: HttpRequest, length: number): Operation {
  return async (connection) => {
    const response = await sendExpecting(connection, request, 200);
    if (response.bodyLength !== length) throw new Error('a listing of another length');
  };
}

/** How many elements the list of this name in a JSON document has; -1 where there is none. */
function lengthOf(document: Buffer, name: string): number {
  const parsed: unknown = JSON.parse(document.toString());
  if (typeof parsed !== 'object' || parsed === null) return -1;
  const list: unknown = Reflect.get(parsed, name);
  return Array.isArray(list) ? list.length : -1;
}
