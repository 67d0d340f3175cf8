import { performance } from 'node:perf_hooks';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anImage, pushManifest } from '@berth/testkit';
import { examplesOf, type PageExample, type Replacements } from './page-examples.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import type { Servers } from './use-servers.js';

/** With a colon and a letter beyond ASCII, since both are legal. */
export const PASSWORD = 'geheim: über';
export const EXAMPLES = examplesOf('docs/authentication.md');

const URL_OF_PAGE = 'https://registry.example.com';

/** What to do with an example to show that it works. */
export type DocumentedCase = (stage: DocumentedStage) => Promise<void>;

export interface StageOptions {
  readonly replacements?: Replacements;
  readonly env?: Readonly<Record<string, string>>;
}

/** One example of the page, in a folder that stands for `/etc/berth`, and a server that it configures. */
export class DocumentedStage {
  #server: ServerProcess | undefined;

  constructor(
    private readonly example: PageExample,
    private readonly servers: Servers,
    readonly folder: string,
  ) {}

  get server(): ServerProcess {
    if (!this.#server) throw new Error('the server runs once it was started');
    return this.#server;
  }

  /** Makes the users `admin` and `ann`, as the page says. */
  async makeUsers(): Promise<void> {
    const example = EXAMPLES.get('htpasswd');
    await example?.type(0, { folder: this.folder, replacements: this.#files, env: { PASSWORD } });
  }

  /** A file of the page, below `/etc/berth`. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.folder, name), content);
  }

  /** Starts a server with the configuration, and does not wait until it is ready; `more` is added to its part `http`. */
  async launch(replacements: Replacements = [], more: Readonly<Record<string, unknown>> = {}): Promise<ServerProcess> {
    const http = { ...this.example.http([...replacements, ...this.#files]), ...more };
    return (this.#server = await this.servers.launch(this.folder, { http }));
  }

  async start(replacements: Replacements = [], more: Readonly<Record<string, unknown>> = {}): Promise<ServerProcess> {
    return (await this.launch(replacements, more)).ready();
  }

  /** Types the lines of a block, counted from 0, as `ann`, and gives what they print. */
  async type(index: number, { replacements = [], env = {} }: StageOptions = {}): Promise<string> {
    const known = this.#server ? [[URL_OF_PAGE, this.#server.url] as const] : [];
    return this.example.type(index, {
      folder: this.folder,
      replacements: [...replacements, ...known, ...this.#files],
      env: { PASSWORD, LOGIN: `ann:${PASSWORD}`, ...env },
    });
  }

  /** What curl is answered. */
  async status(path: string, ...words: readonly string[]): Promise<number> {
    const url = this.server.url + path;
    return Number(await runCommand('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...words, url]));
  }

  /** As `status`, with how long it took in milliseconds. */
  async timed(path: string, ...words: readonly string[]): Promise<readonly [number, number]> {
    const start = performance.now();
    return [await this.status(path, ...words), performance.now() - start];
  }

  async push(repository: string, authorization: string): Promise<void> {
    await pushManifest(this.server.request, repository, anImage().build(), { tag: '1', headers: { authorization } });
  }

  get #files(): Replacements {
    return [['/etc/berth/', `${this.folder}/`]];
  }
}

export function basic(user: string, password = PASSWORD): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** For curl. */
export function as(user: string, password = PASSWORD): readonly [string, string] {
  return ['-u', `${user}:${password}`];
}

export function bearing(token: string): readonly [string, string] {
  return ['-H', `Authorization: Bearer ${token}`];
}
