import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definePlugin } from '@berth/sdk';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';

const PREFIX = '/v2/_berth/ext/pages/assets';

let folder: string;
let registry: TestRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-static-'));
  await mkdir(join(folder, 'public/deep'), { recursive: true });
  await writeFile(join(folder, 'public/page.html'), '<p>hello</p>');
  await writeFile(join(folder, 'public/deep/app.js'), 'export default 1;');
  await writeFile(join(folder, 'private.txt'), 'nobody reads this');
  await symlink('../private.txt', join(folder, 'public/link.txt'));
  const plugin = definePlugin({
    name: 'pages',
    staticFiles: [{ path: 'assets', folder: pathToFileURL(join(folder, 'public')) }],
  });
  registry = await createTestRegistry({ plugins: [{ plugin }] });
});

afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the static files of a plugin', () => {
  it.each([
    ['page.html', 'text/html; charset=utf-8', '<p>hello</p>'],
    ['deep/app.js', 'text/javascript; charset=utf-8', 'export default 1;'],
  ])('are handed out with their type: %s', async (name, type, text) => {
    const { status, headers, body } = await registry.request('GET', `${PREFIX}/${name}`);
    expect([status, headers['content-type'], body.toString()]).toEqual([200, type, text]);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    'absent.html',
    'deep',
    'link.txt',
    '../private.txt',
    '%2e%2e/private.txt',
    '..%2fprivate.txt',
    'deep/..%2f..%2fprivate.txt',
    'page.html%00',
    '%2fetc%2fpasswd',
    `${'x'.repeat(300)}.html`,
  ])('are nothing else: %s', async (name) => {
    const { status, body } = await registry.request('GET', `${PREFIX}/${name}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.toString()).not.toContain('nobody reads this');
  });
});
