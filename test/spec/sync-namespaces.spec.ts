import { anImage, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectError, headerOf } from './exchange.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const image = anImage().build();

function asked({ requests }: FakeUpstream): readonly string[] {
  return requests.map(({ path }) => path);
}

describe('the mirror of the article, whose upstreams have no namespaces', () => {
  let gcr: FakeUpstream;
  let k8s: FakeUpstream;
  let registry: TestRegistry;

  beforeEach(async () => {
    [gcr, k8s] = [await upstream(), await upstream()];
    for (const one of [gcr, k8s]) {
      one.has('kube-proxy', image, 'v1.26.0');
      one.has('google-containers/pause', image, '3.9');
    }
    const retries = { tlsVerify: true, maxRetries: 2, retryDelay: '5m' };
    registry = await mirror([gcr, { ...retries, content: [{ prefix: '/google-containers/*' }] }], [k8s, retries]);
  });

  it.each([
    ['with ?ns=', 'kube-proxy/manifests/v1.26.0?ns=registry.k8s.io'],
    ['with neither', 'kube-proxy/manifests/v1.26.0'],
  ])('gives kube-proxy of the second upstream alone, %s', async (_, path) => {
    expect(await pull(registry, path)).toMatchObject({ status: 200, digest: image.digest });
    expect([asked(gcr), asked(k8s)]).toEqual([[], ['/v2/kube-proxy/manifests/v1.26.0']]);
  });

  it.each([
    ['with a path prefix and ns', 'google-containers/pause/manifests/3.9?ns=gcr.io'],
    ['with a path prefix', 'google-containers/pause/manifests/3.9'],
  ])('gives google-containers/pause of the first, %s', async (_, path) => {
    expect(await pull(registry, path)).toMatchObject({ status: 200, digest: image.digest });
    expect([asked(gcr), asked(k8s)]).toEqual([['/v2/google-containers/pause/manifests/3.9'], []]);
  });

  it('holds one repository, however it is asked for', async () => {
    await pull(registry, 'kube-proxy/manifests/v1.26.0?ns=registry.k8s.io');
    await pull(registry, 'kube-proxy/manifests/v1.26.0');
    expect(asked(k8s)).toHaveLength(1);
  });
});

describe('five upstreams with namespaces', () => {
  const NAMESPACES = ['docker.io', 'registry.k8s.io', 'quay.io', 'gcr.io', 'ghcr.io'];
  let upstreams: FakeUpstream[];
  let registry: TestRegistry;

  beforeEach(async () => {
    upstreams = await Promise.all(NAMESPACES.map(() => upstream()));
    for (const one of upstreams) {
      for (const name of ['pause', 'x/y', 'library/nginx']) one.has(name, image, '1');
    }
    registry = await mirror(
      ...upstreams.map((one, at) => {
        const namespaces = [NAMESPACES[at] ?? ''];
        return [one, { namespaces, hostAliases: at === 0 ? ['docker.mirror.test'] : [] }] as const;
      }),
    );
  });

  const reached = (): readonly string[] =>
    upstreams.flatMap((one, at) => asked(one).map((path) => `${NAMESPACES[at] ?? ''}${path}`));

  it.each([
    ['by ?ns=', 'pause/manifests/1?ns=registry.k8s.io', 'registry.k8s.io/v2/pause/manifests/1'],
    ['by ?ns= in capitals', 'pause/manifests/1?ns=Registry.K8s.IO', 'registry.k8s.io/v2/pause/manifests/1'],
    ['by path', 'quay.io/x/y/manifests/1', 'quay.io/v2/x/y/manifests/1'],
    ['by path and ?ns= together', 'quay.io/x/y/manifests/1?ns=quay.io', 'quay.io/v2/x/y/manifests/1'],
    [
      "by ?ns= of Docker's Hub, with the library of official images",
      'nginx/manifests/1?ns=docker.io',
      'docker.io/v2/library/nginx/manifests/1',
    ],
    [
      "by path of Docker's Hub, with the library of official images",
      'docker.io/nginx/manifests/1',
      'docker.io/v2/library/nginx/manifests/1',
    ],
  ])('are reached each alone %s', async (_, path, expected) => {
    expect((await pull(registry, path)).status).toBe(200);
    expect(reached()).toEqual([expected]);
  });

  it('are reached by the host that was asked', async () => {
    const { status } = await registry.request('GET', '/v2/nginx/manifests/1', {
      headers: { host: 'docker.mirror.test:5000' },
    });
    expect(status).toBe(200);
    expect(reached()).toEqual(['docker.io/v2/library/nginx/manifests/1']);
  });

  it('say which namespace they went by', async () => {
    const { response } = await pull(registry, 'pause/manifests/1?ns=gcr.io');
    expect(headerOf(response, 'oci-namespace')).toBe('gcr.io');
  });

  it('leave a namespace that none declares at 404, and are not asked', async () => {
    expectError((await pull(registry, 'pause/manifests/1?ns=elsewhere.example')).response, 404, 'NAME_UNKNOWN');
    expect(reached()).toEqual([]);
  });

  it('are not asked for a name without a namespace', async () => {
    expect((await pull(registry, 'pause/manifests/1')).status).toBe(404);
    expect(reached()).toEqual([]);
  });

  it('keep one name apart by where it comes from', async () => {
    for (const namespace of ['docker.io', 'ghcr.io']) {
      expect((await pull(registry, `library/nginx/manifests/1?ns=${namespace}`)).status).toBe(200);
    }
    const { body } = await pull(registry, '_catalog');
    expect(JSON.parse(body.toString())).toEqual({ repositories: ['docker.io/library/nginx', 'ghcr.io/library/nginx'] });
    for (const path of ['docker.io/library/nginx', 'docker.io/nginx']) {
      expect((await pull(registry, `${path}/manifests/1`)).status).toBe(200);
    }
    expect(reached()).toHaveLength(2);
  });

  it('give blobs and tags by ?ns= too', async () => {
    const [blob] = image.blobs;
    expect((await pull(registry, `x/y/blobs/${blob?.digest ?? ''}?ns=ghcr.io`)).body).toEqual(blob?.bytes);
    expect(JSON.parse((await pull(registry, 'pause/tags/list?ns=ghcr.io')).body.toString())).toMatchObject({
      tags: ['1'],
    });
  });
});

describe('an upstream with a namespace and a place for some of its content', () => {
  it('has that content at its place, and the rest below the namespace', async () => {
    const from = await upstream();
    from.has('google-containers/pause', image, '1');
    const content = [{ prefix: '/google-containers/**', destination: '/k8s', stripPrefix: true }, { prefix: '**' }];
    const registry = await mirror([from, { namespaces: ['gcr.io'], content }]);
    for (const path of ['google-containers/pause/manifests/1?ns=gcr.io', 'k8s/pause/manifests/1']) {
      expect((await pull(registry, path)).status).toBe(200);
    }
    expect(asked(from)).toEqual(['/v2/google-containers/pause/manifests/1']);
    expect((await pull(registry, 'gcr.io/other/manifests/1')).status).toBe(404);
    expect(asked(from).at(-1)).toBe('/v2/other/manifests/1');
  });

  it('gives nothing by the name of another of its repositories, which has it by an entry before', async () => {
    const from = await upstream();
    for (const name of ['a/app', 'b/app']) from.has(name, anImage().build(), '1');
    const content = ['a/*', 'b/*'].map((prefix) => ({ prefix, destination: '/local', stripPrefix: true }));
    const registry = await mirror([from, { namespaces: ['gcr.io'], content }]);
    expect((await pull(registry, 'a/app/manifests/1?ns=gcr.io')).status).toBe(200);
    expect((await pull(registry, 'b/app/manifests/1?ns=gcr.io')).status).toBe(404);
    expect(asked(from)).toEqual(['/v2/a/app/manifests/1']);
  });
});
