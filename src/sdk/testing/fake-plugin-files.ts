import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginFiles } from '../ports/plugin-files.js';

/** Files in memory; `folder` alone is a real one, which whoever asks for it removes. */
export class FakePluginFiles extends PluginFiles {
  private readonly files = new Map<string, Uint8Array>();
  private made: Promise<string> | undefined;

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, Uint8Array.from(bytes));
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  folder(): Promise<string> {
    return (this.made ??= mkdtemp(join(tmpdir(), 'berth-plugin-')));
  }
}
