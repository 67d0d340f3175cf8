import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './command-line.js';
import { newPlugin } from './plugin-new.command.js';

let folder = '';
let output = '';
const console = { out: (text: string) => (output += text), err: (text: string) => (output += text) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-plugin-new-'));
  await mkdir(join(folder, 'template/src'), { recursive: true });
  await writeFile(join(folder, 'template/gitignore'), 'dist/\n');
  await writeFile(join(folder, 'template/lock.json'), '{"name":"@berth/plugin-template","x":"a template of another"}');
  await writeFile(join(folder, 'template/src/index.ts'), "name: 'template', isTemplate: true");
});

afterAll(() => rm(folder, { recursive: true }));

function make(name: string, to: string): Promise<number> {
  output = '';
  return newPlugin(name, { folder: join(folder, to), template: join(folder, 'template') }, console);
}

describe('berth plugin new', () => {
  it('writes the template with the name in place of its own, and names its files as npm would not pack them', async () => {
    expect(await make('quota-x', 'new')).toBe(0);
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['.gitignore', 'package-lock.json', 'src']);
    expect(await readFile(join(folder, 'new/src/index.ts'), 'utf8')).toBe("name: 'quota-x', isTemplate: true");
    expect(await readFile(join(folder, 'new/package-lock.json'), 'utf8')).toBe(
      '{"name":"berth-plugin-quota-x","x":"a template of another"}',
    );
  });

  it.each(['Quota', 'quota_x', '-x', '../x', ''])('refuses the name %j', async (name) => {
    expect(await make(name, 'refused')).toBe(1);
    expect(output).toContain('lower-case words joined by dashes');
  });

  it('leaves a folder alone that is not empty', async () => {
    expect(await make('quota', 'template')).toBe(1);
    expect(output).toContain('is not empty');
  });

  it.each([
    [['plugin'], 'needs "new" or "pack"'],
    [['plugin', 'install'], 'no command "plugin install"'],
    [['plugin', 'new'], 'needs a name'],
    [['plugin', 'new', 'x', 'y', 'z'], 'does not take "z"'],
    [['plugin', 'pack', '--in', 'x'], '--in'],
  ])('is told apart from %j', async (argv, problem) => {
    output = '';
    expect(await run(argv, console)).toBe(64);
    expect(output).toContain(problem);
  });
});
