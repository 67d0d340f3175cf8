import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.js';
import { SERVER_ENTRY } from './server-process.js';

/** Text of the page, and what stands for it on this machine; the first that fits counts. */
export type Replacements = readonly (readonly [string, string])[];

/** What somebody who types the lines of a page has. */
export interface Typist {
  readonly folder: string;
  readonly replacements: Replacements;
  readonly env?: Readonly<Record<string, string>>;
}

/** The programs as the page calls them: `htpasswd` asks for a password unless it is given one, and `berth` is the build of this repository. */
const PROGRAMS = `
htpasswd() {
  case "$1" in
    -b*) command htpasswd "$@" ;;
    *) printf '%s' "$PASSWORD" | command htpasswd -i "$@" ;;
  esac
}
berth() { "$NODE" "$ENTRY" "$@"; }
`;

/** What stands below one heading of a page: one configuration at most, and blocks of lines for a shell. */
export class PageExample {
  readonly #unused: Set<string>;

  constructor(
    readonly heading: string,
    readonly configurations: readonly string[],
    private readonly lines: readonly string[],
  ) {
    this.#unused = new Set([...configurations, ...lines]);
  }

  get isEmpty(): boolean {
    return this.#unused.size === 0;
  }

  /** Blocks that nobody has asked for. */
  get unused(): readonly string[] {
    return [...this.#unused];
  }

  /** The part `http` of the configuration. @throws Error where anything of it is of another machine */
  http(replacements: Replacements): Readonly<Record<string, unknown>> {
    const [json, ...more] = this.configurations;
    if (json === undefined || more.length > 0) throw new Error(`${this.heading} must have one configuration`);
    this.#unused.delete(json);
    const { http } = JSON.parse(replaced(json, replacements)) as { readonly http: Readonly<Record<string, unknown>> };
    const left = /"\/(etc|var)\/[^"]*|[a-z0-9]+\.example\.org"/.exec(JSON.stringify(http));
    if (left) throw new Error(`${this.heading}: nothing stands for ${left[0]}`);
    return http;
  }

  /** Types the lines of one block, counted from 0, and gives what they print. @throws Error where one of them fails */
  async type(index: number, { folder, replacements, env }: Typist): Promise<string> {
    const block = this.lines[index];
    if (block === undefined) throw new Error(`${this.heading} has no lines ${String(index)}`);
    this.#unused.delete(block);
    const programs = { NODE: process.execPath, ENTRY: SERVER_ENTRY };
    return runCommand('sh', ['-e', '-c', PROGRAMS + replaced(block, replacements)], {
      cwd: folder,
      env: { ...process.env, ...programs, ...env },
    });
  }
}

/** The examples of a page by their headings. `page`: its path below the root of the repository. */
export function examplesOf(page: string): ReadonlyMap<string, PageExample> {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
  const sections = text.split(/^#+ /m).map((section) => {
    const [heading = ''] = section.split('\n');
    const blocks = (language: string): string[] =>
      [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
    return new PageExample(heading, blocks('json'), blocks('sh'));
  });
  return new Map(sections.filter(({ isEmpty }) => !isEmpty).map((example) => [example.heading, example]));
}

/** The text of a sample in `config/`. */
export function configFile(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../config', name), 'utf8');
}

function replaced(text: string, replacements: Replacements): string {
  return replacements.reduce((done, [from, to]) => done.replaceAll(from, to), text);
}
