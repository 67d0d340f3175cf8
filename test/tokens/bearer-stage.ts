import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, Identity } from '@berth/sdk';
import { FakeAccessControl, FakeClock } from '@berth/sdk/testing';
import { BearerTokens } from '../../src/auth/tokens/bearer-tokens.js';
import { BearerConfig } from '../../src/auth/tokens/bearer.config.js';
import { RegistryLogger } from '../../src/logging/registry-logger.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import { SigningKeys } from '../../src/metadata/signing-keys.js';
import { LineSink } from '../kit/line-sink.js';

/** What bearer tokens are opened over: facts, a clock, rules that a test sets, and files. */
export class BearerStage implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly lines = new LineSink();
  readonly #opened: BearerTokens[] = [];
  /** The access rules; at first everyone may do everything. */
  may: (identity: Identity, action: Action, repository: string) => boolean = () => true;

  private constructor(
    readonly folder: string,
    private readonly database: SqliteDatabase,
  ) {}

  static async make(): Promise<BearerStage> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-bearer-'));
    const database = new SqliteDatabase({ folder, durable: false });
    await database.open();
    return new BearerStage(folder, database);
  }

  /** Seconds since the epoch. */
  get now(): number {
    return this.clock.now() / 1000;
  }

  /** As another process of the same registry would open them. */
  async open(section: Partial<BearerConfig>): Promise<BearerTokens> {
    const tokens = await BearerTokens.open(Object.assign(new BearerConfig(), section), {
      access: new FakeAccessControl({ may: (...asked) => this.may(...asked) }),
      signingKeys: new SigningKeys(this.database),
      clock: this.clock,
      logger: new RegistryLogger(this.lines.output, 'info'),
    });
    this.#opened.push(tokens);
    return tokens;
  }

  /** The key that the registry made for itself. */
  keptKey(): Promise<string | undefined> {
    return new SigningKeys(this.database).find('tokens');
  }

  /** Writes or replaces a file, as Kubernetes and editors do; gives its path. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tokens of this.#opened) tokens.close();
    await this.database.close();
    await rm(this.folder, { recursive: true });
  }
}
