import type { PluginFiles, PluginLogger } from '@berth/sdk';

/** One value in a file of the plugin. What another version of it has written counts as nothing. */
export class JsonFile<Value extends { readonly format: number }> {
  #last: Promise<unknown> = Promise.resolve();

  /** `empty`: what is there before anything was written; its `format` is the one that is understood. */
  constructor(
    private readonly files: PluginFiles,
    private readonly logger: PluginLogger,
    private readonly name: string,
    private readonly empty: Value,
  ) {}

  async read(): Promise<Value> {
    const bytes = await this.files.read(this.name);
    if (!bytes) return this.empty;
    try {
      const value = JSON.parse(Buffer.from(bytes).toString()) as Value;
      if (value.format === this.empty.format) return value;
      this.logger.warn('what an earlier version has written is left aside', { file: this.name });
    } catch (cause) {
      this.logger.warn('a file cannot be read and is begun anew', { file: this.name, err: cause });
    }
    return this.empty;
  }

  /** Replaces the value by what `change` makes of it; changes are made one after the other. */
  change(change: (value: Value) => Value): Promise<void> {
    const done = this.#last.then(async () => {
      const value = await this.read();
      const changed = change(value);
      if (changed !== value) await this.files.write(this.name, Buffer.from(JSON.stringify(changed)));
    });
    // Whoever asked for it is told of a failure; the next change does not fail for it.
    this.#last = done.catch(() => undefined);
    return done;
  }
}
