import type { RepositoryName } from '../oci/repository-name.js';
import { RepositoryCatalog, type RepositoryInfo } from '../ports/repository-catalog.js';

/** Repositories that a test puts in, with the bytes each holds. */
export class FakeRepositoryCatalog extends RepositoryCatalog {
  private readonly held = new Map<RepositoryName, { readonly info: RepositoryInfo; readonly bytes: number }>();

  put(name: RepositoryName, bytes = 0, info: Partial<RepositoryInfo> = {}): void {
    const whole = { name, store: 'default', upstream: undefined, createdAt: 0, bytes, ...info };
    this.held.set(name, { bytes, info: whole });
  }

  async find(name: RepositoryName): Promise<RepositoryInfo | undefined> {
    return this.held.get(name)?.info;
  }

  async list(after: RepositoryName | undefined, limit: number): Promise<readonly RepositoryInfo[]> {
    const names = [...this.held.keys()].filter((name) => after === undefined || name > after).sort();
    return names.slice(0, limit).flatMap((name) => this.held.get(name)?.info ?? []);
  }

  async bytesBelow(prefix: RepositoryName): Promise<number> {
    const below = [...this.held].filter(([name]) => name === prefix || name.startsWith(`${prefix}/`));
    return below.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  }
}
