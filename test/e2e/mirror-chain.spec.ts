import { FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anArtifact, anImage, anIndex } from '../kit/builders/builders.js';
import { testSeed } from '../kit/builders/test-seed.js';
import { pullAndVerify } from './pull-and-verify.js';
import type { ServerProcess } from './server-process.js';
import { openSocketRequest } from './socket-request.js';
import { useServers } from './use-servers.js';

/** Bytes a second, of a layer that would take it minutes. */
const CRAWL = 100_000;
const LARGE = 20e6;

const servers = useServers();
let origin: FakeUpstream;
let near: ServerProcess;

const mirrorOf = (url: string): Promise<ServerProcess> =>
  servers.start({ extensions: { sync: { registries: [{ urls: [url], onDemand: true }] } } });

beforeAll(async () => {
  origin = await FakeUpstream.start();
  near = await mirrorOf((await mirrorOf(origin.url)).url);
});
afterAll(() => origin.close());

describe('a mirror of a mirror', () => {
  it('gives an index with all that it names as the upstream has it, each part of which is fetched once', async () => {
    const seed = testSeed();
    const children = [1, 2].map((number) =>
      anImage({ seed: seed + number })
        .withLayers(2)
        .withLayerSize(1, 3e6)
        .build(),
    );
    const index = anIndex({ seed })
      .of(...children)
      .build();
    origin.has('far/app', index, 'v1');
    const pulled = await pullAndVerify(near.request, 'far/app', 'v1');

    expect([...(pulled?.manifests ?? [])]).toEqual([index, ...children].map(({ digest }) => digest));
    for (const blob of pulled?.blobs ?? expect.fail()) expect(origin.count('GET', new RegExp(`/${blob}$`))).toBe(1);
    const { body } = await near.request('GET', '/v2/far/app/manifests/v1');
    expect(body).toEqual(index.manifest);
  });

  it('gives the referrers of an image', async () => {
    const image = anImage({ seed: testSeed() }).build();
    const signature = anArtifact({ seed: testSeed() }).withArtifactType('application/x.sig').withSubject(image).build();
    origin.has('far/signed', image, 'v1');
    origin.has('far/signed', signature);
    await pullAndVerify(near.request, 'far/signed', 'v1');
    const { body } = await near.request('GET', `/v2/far/signed/referrers/${image.digest}`);

    expect(JSON.parse(body.toString())).toMatchObject({
      manifests: [{ digest: signature.digest, artifactType: 'application/x.sig' }],
    });
    expect(await pullAndVerify(near.request, 'far/signed', signature.digest)).toBeDefined();
  });

  it('passes a blob on while its upstream has not sent the rest', async () => {
    const image = anImage({ seed: testSeed() }).withLayerSize(LARGE).build();
    origin.has('far/large', image, 'v1');
    origin.behaviour = { bytesPerSecond: CRAWL };
    const path = `/v2/far/large/blobs/${image.blobs.at(-1)?.digest ?? expect.fail()}`;
    const response = await openSocketRequest(near.url, 'GET', path);
    const [piece] = await Promise.race([response.iterator({ destroyOnReturn: false }).next()]).then(({ value }) => [
      value as Buffer,
    ]);
    const sent = origin.requests.find((request) => request.path === path)?.answer.bytes ?? LARGE;
    response.destroy();

    expect(piece).toEqual(image.blobs.at(-1)?.bytes.subarray(0, piece?.byteLength));
    expect(sent).toBeLessThan(LARGE);
  });
});
