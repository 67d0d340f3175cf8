import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './command-line.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function berth(...argv: string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await run(argv, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

async function file(content: unknown): Promise<string> {
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(content));
  return path;
}

describe('berth verify', () => {
  it('says valid of a valid file', async () => {
    expect(await berth('verify', await file({ http: { port: '0' } }))).toEqual({ code: 0, out: 'valid\n', err: '' });
  });

  it('says valid with the warnings of a file that asks for what has no effect', async () => {
    const { code, out, err } = await berth('verify', await file({ extensions: { trust: {} }, goVersion: 'x' }));
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'valid',
      'warning: extensions.trust: the plugin is not built yet; the section is ignored',
      'warning: goVersion: no effect: the server knows what it was built from',
      '',
    ]);
  });

  it('names the file of TLS that cannot be used, and gives 78', async () => {
    const tls = { cert: join(folder, 'none.pem'), key: join(folder, 'none.key') };
    const path = await file({ http: { tls } });
    expect(await berth('verify', path)).toEqual({
      code: 78,
      out: '',
      err: [
        'The configuration is not valid: 1 violation',
        `${path}: http.tls.cert`,
        `    found:   ${tls.cert}: no such file`,
        '    allowed: one or more certificates, PEM',
        '',
      ].join('\n'),
    });
  });

  it('prints every violation with file, key, found and allowed, and gives 78', async () => {
    const path = await file({ http: { prot: 1, port: 'x' } });
    expect(await berth('verify', path)).toEqual({
      code: 78,
      out: '',
      err: [
        'The configuration is not valid: 2 violations',
        `${path}: http.prot`,
        '    found:   an unknown key',
        '    allowed: a known key; the nearest is "http.port"',
        `${path}: http.port`,
        '    found:   "x"',
        '    allowed: a port from 1 to 65535, or 0 for any that is free',
        '',
      ].join('\n'),
    });
  });
});

describe('berth schema', () => {
  it('prints what config/schema.json holds', async () => {
    const expected = await readFile(new URL('../../config/schema.json', import.meta.url), 'utf8');
    expect(await berth('schema')).toEqual({ code: 0, out: expected, err: '' });
  });
});

describe('berth', () => {
  it('prints its version', async () => {
    const { code, out, err } = await berth('--version');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^berth [0-9]+\.[0-9]+\.[0-9]+\n$/);
  });

  it.each([[['--help']], [['serve', '--help']]])('prints its usage for %j', async (argv) => {
    const { code, out, err } = await berth(...argv);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('berth verify <config>');
  });

  it.each([
    [[], 'a command is missing'],
    [['serv'], 'there is no command "serv"'],
    [['--verbose'], '--verbose'],
    [['verify'], 'verify needs the path of a configuration'],
    [['verify', 'a', 'b'], 'verify does not take "b"'],
    [['verify', 'a', '--dry-run'], 'verify takes no --dry-run'],
    [['schema', 'a'], 'schema does not take "a"'],
    [['serve', 'a', 'b'], 'serve does not take "b"'],
    [['sync', '--dry-run', 'a'], 'sync needs the path of a configuration before --dry-run'],
    [['gc'], 'gc needs the path of a configuration'],
    [['gc', 'a', '--dry-run=yes'], '--dry-run'],
  ])('answers the command line %j with what is wrong, the usage and 64', async (argv, problem) => {
    const { code, out, err } = await berth(...argv);
    expect([code, out]).toEqual([64, '']);
    expect(err).toContain(problem);
    expect(err).toContain('Usage:');
  });
});
