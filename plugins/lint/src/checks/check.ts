import type { LintedManifest } from '../manifest/linted-manifest.js';

/** One thing that is not as a rule wants it. */
export interface Finding {
  /** The key of the rule that asks for it. */
  readonly check: string;
  /** Which annotation or label, where it is about one. */
  readonly key?: string;
  readonly message: string;
}

export interface CheckContext {
  readonly actor: string | undefined;
  readonly signal: AbortSignal;
}

/** Looks at a manifest; nothing found: it is as it should be. */
export type Check = (manifest: LintedManifest, context: CheckContext) => Promise<readonly Finding[]>;
