import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  BlobStore,
  type Descriptor,
  type Digest,
  digestOf,
  type HookEvents,
  type Manifest,
  ManifestStore,
  MEDIA_TYPES,
  Notifier,
  type NotifyEvents,
  type Origin,
  parseRepositoryName,
  parseTag,
  RegistryError,
  validateSection,
} from '@berth/sdk';
import { LintConfig } from './config/lint.config.js';
import { ExpressionEvaluator } from './expressions/expression-evaluator.js';
import { ManifestContent } from './manifest/manifest-content.js';
import { ManifestLinter } from './manifest-linter.js';
import { Policy } from './policy.js';

type Document = Readonly<Record<string, unknown>>;

export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';

function digestOfText(text: string): Digest {
  return digestOf('sha256', createHash('sha256').update(text).digest('hex'));
}

/** What a repository holds, in memory, and which configurations were read of it. */
export class HeldContent {
  readonly #texts = new Map<Digest, string>();
  readonly reads: Digest[] = [];

  /** Holds `text` from now on, and says under what. */
  hold(text: string): { readonly digest: Digest; readonly size: number } {
    const digest = digestOfText(text);
    this.#texts.set(digest, text);
    return { digest, size: text.length };
  }

  textOf(digest: Digest): string | undefined {
    return this.#texts.get(digest);
  }
}

class HeldBlobs extends BlobStore {
  constructor(private readonly content: HeldContent) {
    super();
  }

  async stat(_repository: string, digest: Digest): ReturnType<BlobStore['stat']> {
    const text = this.content.textOf(digest);
    return text === undefined ? undefined : { digest, size: text.length };
  }

  async read(_repository: string, digest: Digest): Promise<Readable | undefined> {
    const text = this.content.textOf(digest);
    this.content.reads.push(digest);
    return text === undefined ? undefined : Readable.from([Buffer.from(text)]);
  }

  readonly suppliedElsewhere = unasked;
  readonly scan = unasked;
  readonly readStored = unasked;
  readonly quarantine = unasked;
  readonly repair = unasked;
  readonly affected = unasked;
}

class HeldManifests extends ManifestStore {
  constructor(private readonly content: HeldContent) {
    super();
  }

  async read(_repository: string, digest: Digest): Promise<Uint8Array | undefined> {
    const text = this.content.textOf(digest);
    return text === undefined ? undefined : Buffer.from(text);
  }

  readonly find = unasked;
  readonly scan = unasked;
  readonly missingReferences = unasked;
}

async function unasked(): Promise<never> {
  throw new Error('lint has no business to ask this');
}

class Told extends Notifier {
  readonly violations: NotifyEvents['policy.violated'][] = [];

  notify(name: string, event: unknown): void {
    if (name === 'policy.violated') this.violations.push(event as NotifyEvents['policy.violated']);
  }
}

export interface PushOptions {
  readonly tags?: readonly string[];
  readonly repository?: string;
  readonly origin?: Origin;
  readonly actor?: string;
}

export type PushOutcome =
  | { readonly outcome: 'accepted'; readonly warnings: readonly string[] }
  | { readonly outcome: 'refused'; readonly error: RegistryError };

/** The plugin over content in memory. `close` ends what it started. */
export class Linting {
  readonly content = new HeldContent();
  readonly told = new Told();
  readonly #evaluator = new ExpressionEvaluator();
  readonly policy: Policy;
  readonly #linter: ManifestLinter;

  constructor(section: Document) {
    this.policy = new Policy(configOf(section), this.#evaluator);
    const content = new ManifestContent(new HeldBlobs(this.content), new HeldManifests(this.content));
    this.#linter = new ManifestLinter(this.policy, content, this.told);
  }

  /** The document of an image with a configuration that is held. */
  image(config: Document = {}, rest: Document = {}): Document {
    const held = this.content.hold(JSON.stringify({ os: 'linux', architecture: 'amd64', ...config }));
    const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 100, digest: digestOfText('layer') }];
    return {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: CONFIG_TYPE, ...held },
      layers,
      ...rest,
    };
  }

  /** Holds `document` and gives the descriptor that an index has for it. */
  child(document: Document, rest: Document = {}): Document {
    return { mediaType: document['mediaType'], ...this.content.hold(JSON.stringify(document)), ...rest };
  }

  async push(document: Document, options: PushOptions = {}): Promise<PushOutcome> {
    const { tags = ['1.0'], repository = 'team/app', origin = 'pushed', actor } = options;
    const text = JSON.stringify(document);
    const digest = digestOfText(text);
    const known = tags.map(parseTag).filter((tag) => tag !== undefined);
    const [tag] = known;
    const name = parseRepositoryName(repository);
    if (name === undefined) throw new Error(`${repository} is no name`);
    const event: HookEvents['manifest.beforePut'] = {
      repository: name,
      digest,
      mediaType: String(document['mediaType']),
      size: text.length,
      origin,
      reference: tag === undefined ? { kind: 'digest', digest } : { kind: 'tag', tag },
      tags: known,
      manifest: document as { mediaType: string } & Partial<Manifest>,
      bytes: Buffer.from(text),
    };
    const warnings: string[] = [];
    const warn = (warning: string): void => void warnings.push(warning);
    const context = { signal: new AbortController().signal, actor, requestId: 'request-1', warn };
    try {
      await this.#linter.handle(event, context);
    } catch (error) {
      if (error instanceof RegistryError) return { outcome: 'refused', error };
      throw error;
    }
    return { outcome: 'accepted', warnings };
  }

  /** What the rules say of `document`, each as `check: message`; nothing where it is accepted. */
  async findings(document: Document, options: PushOptions = {}): Promise<readonly string[]> {
    const result = await this.push(document, options);
    if (result.outcome === 'accepted') return [];
    const { violations } = result.error.detail as { violations: readonly { check: string; message: string }[] };
    return violations.map(({ check, message }) => `${check}: ${message}`);
  }

  close(): void {
    this.#evaluator.onApplicationShutdown();
  }
}

/** A valid section as the plugin gets it. */
export function configOf(section: Document): LintConfig {
  const { config, violations } = validateSection(LintConfig, section, { refuseUnknown: true });
  if (violations.length > 0) throw new Error(JSON.stringify(violations));
  return config;
}

/** A descriptor of so many bytes. */
export function layerOf(size: number): Descriptor {
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', size, digest: digestOfText(String(size)) };
}
