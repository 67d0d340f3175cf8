import { readFileSync } from 'node:fs';
import { createTestRegistry, type RegistryRequest } from '@berth/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import search from '../../plugins/search/src/index.js';
import { GuardedRegistry } from './guarded.js';

/** The plugin comes with the server. */
const { version: VERSION } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const plugins = [{ plugin: search }];

describe("what zot's page and `zli status` ask before anybody has logged in", () => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  async function management(request: RegistryRequest): Promise<unknown> {
    const { status, headers, body } = await request('GET', '/v2/_zot/ext/mgmt');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    return JSON.parse(body.toString());
  }

  it('says which server it is, and that nobody has to log in where nothing is configured', async () => {
    const registry = await createTestRegistry({ plugins });
    close = () => registry.close();
    expect(await management(registry.request)).toEqual({
      distSpecVersion: '1.1.1',
      commit: '',
      releaseTag: VERSION,
      binaryType: 'berth',
      http: {},
    });
  });

  it('says to everyone how users log in, and nothing that is secret', async () => {
    const guarded = new GuardedRegistry(['jane']);
    close = () => guarded.close();
    await guarded.start({ auth: { apikey: true, bearer: { service: 'here' } } }, { plugins });
    const answer = await management(guarded.registry.request);
    expect(answer).toMatchObject({ http: { auth: { htpasswd: {}, bearer: { service: 'here' }, apikey: true } } });
    expect(JSON.stringify(answer)).not.toContain(guarded.htpasswd);
  });
});
