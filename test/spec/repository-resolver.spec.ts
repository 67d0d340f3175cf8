import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  definePlugin,
  parseRepositoryName,
  type RepositoryRequest,
  type RepositoryResolver,
  type ResolvedRepository,
} from '@berth/sdk';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';

/** Knows docker.io, and puts it below its own name. */
class DockerResolver implements RepositoryResolver {
  resolve({ name, namespace }: RepositoryRequest): ResolvedRepository | undefined {
    if (namespace === undefined) return { repository: name };
    const repository = namespace === 'docker.io' ? parseRepositoryName(`docker.io/${name}`) : undefined;
    return repository && { repository };
  }
}

const mirror = definePlugin({ name: 'mirror', repositoryResolver: DockerResolver });
let registry: TestRegistry;

beforeEach(async () => {
  registry = await createTestRegistry({ plugins: [{ plugin: mirror }] });
});

afterEach(async () => {
  await registry.close();
});

describe('the repository that a request means', () => {
  it('is the one that the resolver says, and the namespace is echoed', async () => {
    const { status, headers } = await registry.request('POST', '/v2/library/nginx/blobs/uploads/?ns=docker.io');
    expect(status).toBe(202);
    expect(headers['location']).toMatch(/^\/v2\/docker\.io\/library\/nginx\/blobs\/uploads\//);
    expect(headers['oci-namespace']).toBe('docker.io');
  });

  it('is the one that is named where there is no namespace', async () => {
    const { headers } = await registry.request('POST', '/v2/library/nginx/blobs/uploads/');
    expect(headers['location']).toMatch(/^\/v2\/library\/nginx\//);
    expect(headers['oci-namespace']).toBeUndefined();
  });

  it('is none where nobody answers for the namespace', async () => {
    const { status, body } = await registry.request('GET', '/v2/library/nginx/manifests/latest?ns=ghcr.io');
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
  });

  it.each(['a%0d%0aSet-Cookie:%20x', 'a%20b', ''])('is none where the namespace is no host: %j', async (namespace) => {
    const { status, headers } = await registry.request('GET', `/v2/library/nginx/manifests/latest?ns=${namespace}`);
    expect([status, headers['set-cookie']]).toEqual([400, undefined]);
  });
});
