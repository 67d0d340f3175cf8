import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { entityTag, isUnchanged } from './entity-tag.js';

async function unchanged(header: string | undefined): Promise<unknown> {
  const server = fastify();
  server.get('/', (request) => ({ unchanged: isUnchanged(request, 'sha256:ab') }));
  const headers = header === undefined ? {} : { 'if-none-match': header };
  const answer = await server.inject({ url: '/', headers });
  await server.close();
  return answer.json();
}

describe('entityTag', () => {
  it('is the digest in quotes', () => {
    expect(entityTag('sha256:ab')).toBe('"sha256:ab"');
  });
});

describe('isUnchanged', () => {
  it.each(['"sha256:ab"', 'W/"sha256:ab"', '"x","sha256:ab"', ' "x" , W/"sha256:ab" ', '*', ' * '])(
    'is true for If-None-Match %j',
    async (header) => {
      expect(await unchanged(header)).toEqual({ unchanged: true });
    },
  );

  it.each([undefined, '', '"sha256:abc"', 'sha256:ab', '"x", "y"'])('is false for If-None-Match %j', async (header) => {
    expect(await unchanged(header)).toEqual({ unchanged: false });
  });
});
