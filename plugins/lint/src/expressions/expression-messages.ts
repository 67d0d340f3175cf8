/** What the thread gets when it starts: the language as `expression-language.ts` declares it. */
export interface LanguageSettings {
  /** The type of each variable. */
  readonly variables: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
}

/** What an expression may ask about a manifest. */
export interface ExpressionFacts {
  /** The bytes as they were pushed: JSON. */
  readonly manifest: Uint8Array;
  /** JSON; `undefined` where there is none, or it is not held: the variable is then empty. */
  readonly config: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly repository: string;
  readonly reference: string;
  /** The expression is evaluated for each; `['']` where the push names no tag. */
  readonly tags: readonly string[];
  readonly actor: string;
  readonly platforms: readonly string[];
  /** Bytes. */
  readonly size: number;
}

export interface ExpressionQuestion {
  readonly expression: string;
  readonly facts: ExpressionFacts;
}

/** `holds`: whether it was true, for every tag. `failed`: it could not be told, and why. */
export type ExpressionAnswer =
  { readonly outcome: 'holds'; readonly holds: boolean } | { readonly outcome: 'failed'; readonly reason: string };
