import { aBlob, uploadLocation } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, closeUpload, expectError, headerOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('mounting a blob from another repository (end-11)', () => {
  const registry = useRegistry();
  const blobs = { sha256: aBlob(bytesOf('mounted')), sha512: aBlob(bytesOf('mounted'), 'sha512') };
  const mount = (repository: string, query: string) =>
    registry().request('POST', `/v2/${repository}/blobs/uploads/?${query}`);

  beforeAll(async () => {
    for (const blob of Object.values(blobs)) await pushWhole(registry().request, 'source/a', blob);
  });

  it.each(Object.values(blobs))('makes the repository hold the blob: $digest', async ({ digest, bytes }) => {
    const response = await mount('target/named', `mount=${digest}&from=source/a`);
    expect(response.status).toBe(201);
    expect(headerOf(response, 'location')).toBe(`/v2/target/named/blobs/${digest}`);
    const pulled = await registry().request('GET', `/v2/target/named/blobs/${digest}`);
    expect(pulled.body.equals(bytes)).toBe(true);
  });

  it('finds the blob where no repository is named', async () => {
    const { digest } = blobs.sha256;
    expect((await mount('target/unnamed', `mount=${digest}`)).status).toBe(201);
    expect((await registry().request('HEAD', `/v2/target/unnamed/blobs/${digest}`)).status).toBe(200);
  });

  it.each([
    ['nobody has', `mount=${ABSENT.sha256}&from=source/a`],
    ['nobody has, with no source named', `mount=${ABSENT.sha256}`],
    ['the named repository has not', `mount=${blobs.sha256.digest}&from=source/b`],
  ])('opens an upload for a blob that %s', async (_, query) => {
    const response = await mount('target/absent', query);
    expect(response.status).toBe(202);
    const { digest, bytes } = aBlob(bytesOf(query));
    expect((await closeUpload(registry().request, uploadLocation(response), digest, bytes)).status).toBe(201);
    expect((await registry().request('HEAD', `/v2/target/absent/blobs/${blobs.sha256.digest}`)).status).toBe(404);
  });

  it('outlives the deletion of the blob in the repository it came from', async () => {
    const blob = aBlob(bytesOf('outlives'));
    await pushWhole(registry().request, 'source/c', blob);
    await mount('target/c', `mount=${blob.digest}&from=source/c`);
    expect((await registry().request('DELETE', `/v2/source/c/blobs/${blob.digest}`)).status).toBe(202);
    expect((await registry().request('GET', `/v2/target/c/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true);
  });

  it('answers 400 for a source that is no repository name', async () => {
    expectError(await mount('target/a', `mount=${blobs.sha256.digest}&from=../a`), 400, 'NAME_INVALID');
  });

  it('answers 400 for what is no digest', async () => {
    expectError(await mount('target/a', 'mount=sha256:no&from=source/a'), 400, 'DIGEST_INVALID');
  });
});
