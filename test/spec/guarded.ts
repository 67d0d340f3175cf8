import { createTestRegistry, type RegistryResponse, type TestRegistry, type TestRegistryOptions } from '@berth/testkit';
import { hashSync } from 'bcrypt';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkValues } from '../../src/config/check-values.js';

/** Cheap, since these tests are about other things. */
const COST = 4;

/** A header for user and password. */
export function basic(user: string, password = `${user}-secret`): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** A server with access rules and users in a file; the password of each is its name and `-secret`. */
export class GuardedRegistry {
  readonly htpasswd: string;
  readonly #folder: string;
  #registry: TestRegistry | undefined;

  constructor(private readonly users: readonly string[]) {
    this.#folder = mkdtempSync(join(tmpdir(), 'berth-guarded-'));
    this.htpasswd = join(this.#folder, 'htpasswd');
    const lines = this.users.map((user) => `${user}:${hashSync(`${user}-secret`, COST)}\n`);
    writeFileSync(this.htpasswd, lines.join(''));
  }

  get registry(): TestRegistry {
    if (!this.#registry) throw new Error('the registry is not there outside of tests');
    return this.#registry;
  }

  /** `http`: as it would stand in a configuration; the file of users is added to it. */
  async start(http: Readonly<Record<string, unknown>>, options: TestRegistryOptions = {}): Promise<void> {
    const auth = { htpasswd: { path: this.htpasswd }, ...(http['auth'] as object | undefined) };
    const { config, violations } = checkValues({ http: { ...http, auth } });
    if (violations.length > 0) throw new Error(JSON.stringify(violations));
    this.#registry = await createTestRegistry({
      ...options,
      configure: (target) => {
        target.http = Object.assign(config.http, { port: 0 });
        options.configure?.(target);
      },
    });
  }

  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Buffer,
  ): Promise<RegistryResponse> {
    return this.registry.request(method, path, { headers, ...(body && { body }) });
  }

  async close(): Promise<void> {
    await this.#registry?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
