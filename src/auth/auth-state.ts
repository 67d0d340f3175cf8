import { isDeepStrictEqual } from 'node:util';
import { type CredentialBackend, CredentialBackends } from '@berth/sdk';
import type { AuthRegime } from './auth-regime.js';
import type { AuthSettings } from './auth-settings.js';
import type { NamedBackend } from './credentials/credential-chain.js';
import { openRegime, type OpenedRegime } from './open-regime.js';
import type { RegimeParts } from './regime-parts.js';

/** How long what held before a reload is kept for the logins that are under way, in milliseconds. */
const LINGER = 10_000;

/** What holds now, and what a reload makes of it. */
export class AuthState extends CredentialBackends {
  readonly #contributed: NamedBackend[] = [];
  readonly #lingering = new Map<OpenedRegime, NodeJS.Timeout>();
  #opened: OpenedRegime | undefined;
  #isClosed = false;

  constructor(
    private settings: AuthSettings,
    private readonly parts: RegimeParts,
  ) {
    super();
  }

  /** `undefined` before `open`: a command that works on the data itself asks for nobody's leave. */
  get current(): AuthRegime | undefined {
    return this.#opened?.regime;
  }

  /** What holds now was opened from it. */
  get configured(): AuthSettings {
    return this.settings;
  }

  get hasContributed(): boolean {
    return this.#contributed.length > 0;
  }

  /** The backend of a plugin, for what is opened from then on. */
  add(plugin: string, backend: CredentialBackend): void {
    this.#contributed.push({ name: plugin, backend });
  }

  /**
   * Once the data is open and the plugins have begun, and before any request is taken.
   *
   * @throws Error where a file that the configuration names cannot be used
   */
  async open(): Promise<void> {
    this.#opened = await openRegime(this.settings, this.parts, this.#contributed);
  }

  /**
   * Has new settings hold from the next request on, where they are others. Those under way go on as they began.
   *
   * @throws Error where a file that they name cannot be used: the old ones stay
   */
  async reload(settings: AuthSettings): Promise<boolean> {
    if (isDeepStrictEqual(settings, this.settings)) return false;
    const opened = await openRegime(settings, this.parts, this.#contributed);
    if (this.#isClosed) {
      await opened.close();
      return false;
    }
    const before = this.#opened;
    this.#opened = opened;
    this.settings = settings;
    if (before) this.#lingering.set(before, setTimeout(() => void this.#close(before), LINGER).unref());
    return true;
  }

  /** @throws Error that says which part of authentication does not work now */
  async probe(signal: AbortSignal): Promise<void> {
    for (const probe of this.#opened?.probes ?? []) await probe.check(signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    const open = this.#opened ? [...this.#lingering.keys(), this.#opened] : [];
    await Promise.all(open.map((opened) => this.#close(opened)));
  }

  async #close(opened: OpenedRegime): Promise<void> {
    clearTimeout(this.#lingering.get(opened));
    this.#lingering.delete(opened);
    await opened.close();
  }
}
