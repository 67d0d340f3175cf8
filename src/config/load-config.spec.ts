import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, type Violation } from './config-error.js';
import { DEFAULT_CONFIG_PATH, type LoadedConfig, loadConfig } from './load-config.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: unknown, name = 'config.json'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function load(content: unknown, name?: string): Promise<LoadedConfig> {
  return loadConfig(await file(content, name));
}

async function violationsOf(content: unknown, name?: string): Promise<readonly Omit<Violation, 'file'>[]> {
  const path = await file(content, name);
  return violationsAt(path);
}

async function violationsAt(path: string): Promise<readonly Omit<Violation, 'file'>[]> {
  const error = await loadConfig(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError but ${String(error)}`);
  expect(new Set(error.violations.map((violation) => violation.file))).toEqual(new Set([path]));
  return error.violations.map(({ key, found, allowed }) => ({ key, found, allowed }));
}

describe('a configuration that is served', () => {
  it("is zot's own smallest one as it is", async () => {
    const { config, warnings } = await load({
      distSpecVersion: '1.1.1',
      storage: { rootDirectory: '/var/lib/registry' },
      http: { address: '127.0.0.1', port: '8080' },
      log: { level: 'debug' },
    });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      storage: { rootDirectory: '/var/lib/registry', gc: true, commit: true },
      http: { address: '127.0.0.1', port: 8080 },
      log: { level: 'debug' },
    });
  });

  it("is that of zot's Docker image as it is", async () => {
    const { config, warnings } = await load({
      storage: { rootDirectory: '/var/lib/registry' },
      http: { address: '0.0.0.0', port: '5000', compat: ['docker2s2'] },
      log: { level: 'debug' },
    });
    expect(warnings).toEqual([]);
    expect(config.http).toMatchObject({ address: '0.0.0.0', port: 5000, compat: ['docker2s2'] });
  });

  it('is the one that comes with the package where none is named', async () => {
    const { config, path } = await loadConfig(undefined);
    expect(path).toBe(DEFAULT_CONFIG_PATH);
    expect(config).toMatchObject({ http: { address: '127.0.0.1', port: 8080 }, storage: { rootDirectory: './data' } });
  });

  it('has a default for every key, so that one with only extensions is complete', async () => {
    const { config } = await load({ extensions: { acme: { enable: false, limit: { bytes: 5 } } } });
    expect(config).toEqual({
      distSpecVersion: undefined,
      storage: {
        rootDirectory: './data',
        dedupe: true,
        gc: true,
        gcDelay: 3_600_000,
        gcInterval: 3_600_000,
        minFreeSpace: '5%',
        commit: true,
        stores: new Map(),
        subPaths: new Map(),
      },
      http: {
        address: '127.0.0.1',
        port: 8080,
        tls: undefined,
        externalUrl: undefined,
        trustedProxies: [],
        compat: [],
        allowOrigin: undefined,
        readTimeout: undefined,
        writeTimeout: undefined,
        idleTimeout: 60_000,
        drainTimeout: 30_000,
        realm: 'Authorization Required',
        auth: undefined,
        accessControl: undefined,
      },
      log: { level: 'info', output: undefined, audit: undefined },
      extensions: { acme: { enable: false, limit: { bytes: 5 } } },
    });
  });

  it.each([
    ['8080', 8080],
    [8080, 8080],
    ['0', 0],
    ['', 0],
    [0, 0],
    [65_535, 65_535],
  ])('takes the port %j', async (port, expected) => {
    expect((await load({ http: { port } })).config.http.port).toBe(expected);
  });

  it('may be written in YAML', async () => {
    const text = 'storage:\n  rootDirectory: /srv\n  gcDelay: 1h30m\nhttp:\n  port: 5000\n';
    for (const name of ['config.yaml', 'config.yml', 'configuration']) {
      expect((await load(text, name)).config).toMatchObject({
        storage: { rootDirectory: '/srv', gcDelay: 5_400_000 },
        http: { port: 5000 },
      });
    }
  });

  it('may be JSON under a name that says nothing, and may begin with a byte order mark', async () => {
    expect((await load('\uFEFF{"http":{"port":5000}}', 'configuration')).config.http.port).toBe(5000);
  });

  it('matches keys without regard to case, as zot does', async () => {
    const { config } = await load({ HTTP: { Port: 1, READTIMEOUT: '5s' }, Storage: { RootDirectory: '/srv' } });
    expect(config).toMatchObject({ http: { port: 1, readTimeout: 5000 }, storage: { rootDirectory: '/srv' } });
  });

  it('takes a null for a key that is not there, as zot does', async () => {
    const { config } = await load({ http: { tls: null, auth: null }, storage: null, log: { level: null } });
    expect(config).toMatchObject({ http: { tls: undefined }, storage: { gc: true }, log: { level: 'info' } });
  });

  it.each(['0s', '-1s', 0])('takes a readTimeout of %j for none, as zot does', async (readTimeout) => {
    expect((await load({ http: { readTimeout } })).config.http.readTimeout).toBe(0);
  });

  it.each([
    ['trace', 'trace'],
    ['debug', 'debug'],
    ['info', 'info'],
    ['warn', 'warn'],
    ['warning', 'warn'],
    ['error', 'error'],
    ['fatal', 'error'],
    ['panic', 'error'],
  ])("takes zot's log level %s for %s", async (level, expected) => {
    expect((await load({ log: { level } })).config.log.level).toBe(expected);
  });

  it('cannot be changed, however deep', async () => {
    const { config, warnings } = await load({ http: { tls: { cert: 'c', key: 'k' } }, extensions: { a: { b: [1] } } });
    const section = config.extensions['a'] as { b: number[] };
    for (const part of [config, config.http, config.http.tls, config.http.compat, section, section.b, warnings]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('a violation', () => {
  it('of every kind is reported at once, keys and values alike', async () => {
    const violations = await violationsOf({
      storge: {},
      storage: { gcDelay: 'soon', gc: 'yes' },
      http: { port: 70_000, prot: 1, auth: { openid: {} }, tls: { cert: 'c' }, compat: ['docker2s1'] },
      log: { level: 'loud' },
      extensions: { sync: true, lint: { enable: 'no' } },
    });
    expect(violations.map(({ key }) => key).sort()).toEqual([
      'extensions.lint.enable',
      'extensions.sync',
      'http.auth.openid',
      'http.compat',
      'http.port',
      'http.prot',
      'http.tls.key',
      'log.level',
      'storage.gc',
      'storage.gcDelay',
      'storge',
    ]);
  });

  it('has one line each in the message of the error', async () => {
    const path = await file({ http: { prot: 1, port: -1 } });
    await expect(loadConfig(path)).rejects.toThrow(
      `${path}: http.prot: found an unknown key; allowed: a known key; the nearest is "http.port"\n` +
        `${path}: http.port: found -1; allowed: a port from 1 to 65535, or 0 for any that is free`,
    );
  });
});

describe('a file that cannot be read as a configuration', () => {
  it.each([
    ['', 'an empty file'],
    [' \n', 'an empty file'],
    ['[]', '[]'],
    ['5', '5'],
    ['null', 'an empty file'],
  ])('says that %j is not an object', async (text, found) => {
    expect(await violationsOf(text)).toMatchObject([{ key: '(file)', found }]);
  });

  it('says that YAML of comments only is empty', async () => {
    expect(await violationsOf('# nothing\n', 'config.yaml')).toMatchObject([{ key: '(file)', found: 'an empty file' }]);
  });

  it('says that there is no such file', async () => {
    expect(await violationsAt(join(folder, 'absent.json'))).toEqual([
      { key: '(file)', found: 'no such file', allowed: 'a file that can be read' },
    ]);
  });

  it('says that it is a folder', async () => {
    expect(await violationsAt(folder)).toMatchObject([{ key: '(file)', found: 'a folder' }]);
  });

  it('gives line and column of a JSON error', async () => {
    expect(await violationsOf('{\n  "http": {\n    "port": 8080,\n  }\n}')).toEqual([
      { key: '(file)', found: '"}" at line 4, column 3', allowed: 'JSON: a key in straight double quotes' },
    ]);
  });

  it('names typographic quotes in JSON', async () => {
    expect(await violationsOf('{\n  \u201chttp\u201d: {}\n}')).toEqual([
      {
        key: '(file)',
        found: '\u201c (U+201C), a typographic quote at line 2, column 3',
        allowed: 'JSON: straight quotes (") around keys and strings',
      },
    ]);
  });

  it.each([
    ['http:\n  port: [1\n', 'line'],
    ['http: 1\nhttp: 2\n', 'line 2, column 1'],
    ['http: *nowhere\n', ''],
    ['a: 1\n---\nb: 2\n', 'line'],
  ])('says what is wrong with the YAML %j', async (text, place) => {
    const [violation] = await violationsOf(text, 'config.yaml');
    expect(violation).toMatchObject({ key: '(file)', allowed: 'YAML' });
    expect(violation?.found).toContain(place);
  });
});
