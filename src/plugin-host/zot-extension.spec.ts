import { describe, expect, it } from 'vitest';
import type { Extension } from './extension.js';
import { zotExtension } from './zot-extension.js';

const search: Extension = {
  name: 'search',
  url: '/v2/_berth/ext/search',
  description: 'finds images',
  endpoints: ['/v2/_berth/ext/search', '/v2/_zot/ext/search', '/v2/_zot/ext/mgmt'],
  state: 'enabled',
  panels: [],
};
const lint: Extension = { ...search, name: 'lint', endpoints: ['/v2/_berth/ext/lint'] };

describe("zot's extension in discovery", () => {
  it('has all endpoints below its path, and no others', () => {
    const [zot] = zotExtension([lint, search]);
    expect(zot).toMatchObject({ name: '_zot', state: 'enabled' });
    expect(zot?.endpoints).toEqual(['/v2/_zot/ext/search', '/v2/_zot/ext/mgmt']);
  });

  it('is not there where no plugin adds such an endpoint', () => {
    expect(zotExtension([lint])).toEqual([]);
  });

  it('is not there where the plugin that would has failed', () => {
    expect(zotExtension([{ ...search, state: 'failed' }])).toEqual([]);
  });
});
