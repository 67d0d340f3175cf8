import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPlugins } from '../../src/plugin-host/plugin-loader.js';
import { PluginLoadError } from '../../src/plugin-host/plugin-load-error.js';
import type { PluginProblem } from '../../src/plugin-host/plugin-error.js';
import type { Plugins } from '../../src/plugin-host/loaded-plugin.js';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';

const configFolder = fileURLToPath(new URL('.', import.meta.url));

type Extensions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function load(extensions: Extensions): Promise<Plugins> {
  return loadPlugins({ extensions, configFolder, stores: [] });
}

/** The sections that load the packages of this folder by path. */
function sectionsOf(...names: readonly string[]): Extensions {
  return Object.fromEntries(names.map((name) => [name, { plugin: `./${name}` }]));
}

async function refusalOf(extensions: Extensions): Promise<PluginLoadError> {
  const error: unknown = await load(extensions).catch((cause: unknown) => cause);
  if (error instanceof PluginLoadError) return error;
  throw new Error('The plugins were loaded.', { cause: error });
}

const BROKEN: readonly (readonly [string, PluginProblem, string])[] = [
  ['not-there', 'missing', 'there is no file or folder'],
  ['needs-missing', 'dependency missing', 'it needs a-package-that-nobody-installs'],
  ['throws-on-import', 'broken', 'the licence has run out'],
  ['not-a-plugin', 'not a plugin', 'was not made by definePlugin'],
  ['other-contract', 'contract', 'it was made for contract 99; this server speaks 1'],
  ['own-sdk', 'another sdk', 'a copy of @berth/sdk of its own'],
  ['other-name', 'name', 'it calls itself another-name'],
  ['bad-name', 'name', 'is not lower-case words joined by dashes'],
  ['claims-api', 'route clash', 'it may not have the path /v2/'],
  ['routes-twice', 'route clash', 'it declares GET /v2/_berth/ext/routes-twice/same/:, twice'],
  ['asks-undeclared', 'permission', 'asks for the permission "see-all", which is not among its permissions'],
  ['files-twice', 'route clash', 'it declares GET /v2/_berth/ext/files-twice/assets/*, twice'],
];

describe('a plugin that is broken', () => {
  it.each(BROKEN)('%s is refused as %s', async (name, problem, message) => {
    const { errors } = await refusalOf(sectionsOf(name));
    expect(errors).toMatchObject([{ plugin: name, problem }]);
    expect(errors[0]?.message).toContain(message);
  });

  it('is named together with all others that are', async () => {
    const { errors } = await refusalOf(sectionsOf(...BROKEN.map(([name]) => name)));
    expect(new Set(errors.map(({ plugin }) => plugin))).toEqual(new Set(BROKEN.map(([name]) => name)));
  });

  it('is done without where its section says that it is not required', async () => {
    const { loaded, failed } = await load({
      'throws-on-import': { plugin: './throws-on-import', required: false },
      ...sectionsOf('greeter'),
    });
    expect(failed).toMatchObject([{ name: 'throws-on-import', error: { problem: 'broken' } }]);
    expect(loaded.map(({ name }) => name)).toEqual(['greeter']);
  });

  it('is not looked at where its section turns it off', async () => {
    const { loaded, disabled } = await load({ 'throws-on-import': { plugin: './throws-on-import', enable: false } });
    expect([loaded, disabled]).toEqual([[], ['throws-on-import']]);
  });
});

describe('a section', () => {
  it('that breaks the rules of its plugin is refused with key, found and allowed', async () => {
    const { violations } = await refusalOf({ 'strict-config': { plugin: './strict-config', limit: 11, more: 1 } });
    expect(violations).toEqual([
      { key: 'extensions.strict-config.more', found: 'an unknown key', allowed: 'one of limit' },
      { key: 'extensions.strict-config.limit', found: '11', allowed: expect.stringContaining('10') as string },
    ]);
  });

  it('of a plugin that takes no configuration may hold none', async () => {
    const { violations } = await refusalOf({ greeter: { plugin: './greeter', loud: true } });
    expect(violations).toMatchObject([{ key: 'extensions.greeter.loud' }]);
  });

  it('without a package or a path names a plugin that comes with Berth', async () => {
    const { loaded } = await load({ lint: {} });
    expect(loaded).toMatchObject([{ name: 'lint', root: undefined }]);
    const { errors } = await refusalOf({ acme: {} });
    expect(errors).toMatchObject([{ problem: 'missing' }]);
    expect(errors[0]?.message).toContain('no plugin of this name');
  });

  it('with the name of a package has it looked for beside the configuration and beside Berth', async () => {
    const { errors } = await refusalOf({ acme: { plugin: '@acme/berth-plugin' } });
    expect(errors).toMatchObject([{ problem: 'missing' }]);
    expect(errors[0]?.message).toContain('@acme/berth-plugin is not installed');
    const { loaded } = await load({ lint: { plugin: '@berth/plugin-lint' } });
    expect(loaded).toHaveLength(1);
  });

  it('of a plugin that is there already is refused', async () => {
    const { errors } = await refusalOf({ greeter: { plugin: './greeter' }, welcome: { plugin: './greeter' } });
    expect(errors).toMatchObject([{ plugin: 'welcome', problem: 'name' }]);
  });
});

describe('a repository resolver', () => {
  it('can be one', async () => {
    const { errors } = await refusalOf(sectionsOf('resolver-one', 'resolver-two'));
    expect(errors).toMatchObject([{ plugin: 'resolver-two', problem: 'resolver' }]);
  });
});

describe('a credential helper', () => {
  it('has a name that no other plugin has for one', async () => {
    const { errors } = await refusalOf(sectionsOf('helper-one', 'helper-two'));
    expect(errors).toMatchObject([{ plugin: 'helper-two', problem: 'credential helper' }]);
    expect(errors[0]?.message).toContain('"vault", and so does helper-one');
  });
});

describe('a vulnerability scanner', () => {
  it('can be one', async () => {
    const { errors } = await refusalOf(sectionsOf('scanner-one', 'scanner-two'));
    expect(errors).toMatchObject([{ plugin: 'scanner-two', problem: 'scanner' }]);
  });
});

describe('a plugin that cannot be constructed', () => {
  let registry: TestRegistry | undefined;

  afterEach(async () => {
    await registry?.close();
    registry = undefined;
  });

  async function serve(...names: readonly string[]): Promise<TestRegistry> {
    const { loaded } = await load(sectionsOf(...names));
    const plugins = loaded.map(({ plugin }) => ({ plugin }));
    return (registry = await createTestRegistry({ plugins }));
  }

  it.each(['throws-when-made', 'needs-unknown', 'fails-to-begin', 'bad-schedule'])(
    'is done without, and the server tells of it: %s',
    async (name) => {
      const { request, logLines } = await serve(name, 'greeter');
      expect(logLines.all).toContainEqual(
        expect.objectContaining({ plugin: name, msg: `the plugin ${name} has failed` }),
      );
      const { body } = await request('GET', '/v2/_oci/ext/discover');
      const { extensions } = JSON.parse(body.toString()) as { extensions: { name: string; state: string }[] };
      expect(Object.fromEntries(extensions.map((extension) => [extension.name, extension.state]))).toEqual({
        [name]: 'failed',
        greeter: 'enabled',
      });
    },
  );

  it('ends the start where it has a gate, naming every one that failed', async () => {
    const refused = serve('throws-when-made', 'broken-gate', 'greeter');
    await expect(refused).rejects.toThrow(PluginLoadError);
    await expect(refused).rejects.toThrow(/broken-gate: .*the policy cannot be read[^]*throws-when-made: /);
  });
});
