import { createTestRegistry, describePlugin, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import plugin from './index.js';

describePlugin({ plugin });

describe('the plugin on a server', () => {
  let registry: TestRegistry;

  beforeEach(async () => {
    registry = await createTestRegistry({ plugins: [{ plugin, section: { forbidden: ['private'] } }] });
  });

  afterEach(() => registry.close());

  it('refuses a push below a forbidden prefix, and says which', async () => {
    const { status, body } = await registry.request('POST', '/v2/private/app/blobs/uploads/');
    expect(status).toBe(403);
    expect(JSON.parse(body.toString())).toMatchObject({
      errors: [{ code: 'DENIED', detail: { forbidden: 'private' } }],
    });
  });

  it('lets other pushes be', async () => {
    expect((await registry.request('POST', '/v2/privateer/app/blobs/uploads/')).status).toBe(202);
  });

  it('tells how many it has refused', async () => {
    await registry.request('POST', '/v2/private/app/blobs/uploads/');
    const { status, body } = await registry.request('GET', '/v2/_berth/ext/template/refusals');
    expect([status, JSON.parse(body.toString())]).toEqual([200, { refused: 1 }]);
  });
});
