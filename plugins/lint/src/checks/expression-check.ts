import { formatReference } from '@berth/sdk';
import { checkExpression, type ExpressionVariable } from '../expressions/expression-language.js';
import type { ExpressionEvaluator } from '../expressions/expression-evaluator.js';
import type { ExpressionFacts } from '../expressions/expression-messages.js';
import type { LintedManifest } from '../manifest/linted-manifest.js';
import type { Check } from './check.js';
import { quoted } from './quoted.js';

const EMPTY_OBJECT = new TextEncoder().encode('{}');

export interface ExpressionLimits {
  /** Milliseconds for one evaluation. */
  readonly timeout: number;
}

/** What `expression` says must be true. One that cannot be evaluated, or not in time, is not true. */
export function expressionCheck(
  expression: string,
  evaluator: ExpressionEvaluator,
  { timeout }: ExpressionLimits,
): Check {
  const checked = checkExpression(expression);
  if (checked.outcome === 'invalid') throw new Error(`${expression}: ${checked.problem}`);
  return async (manifest, { actor, signal }) => {
    const unknown = await unknownPart(manifest, checked.uses);
    if (unknown !== undefined)
      return [{ check: 'expression', message: `the expression could not be evaluated: ${unknown}` }];
    const facts = await factsOf(manifest, checked.uses, actor);
    const answer = await evaluator.evaluate({ expression, facts }, timeout, signal);
    if (answer.outcome === 'failed') {
      return [{ check: 'expression', message: `the expression could not be evaluated: ${quoted(answer.reason)}` }];
    }
    return answer.holds ? [] : [{ check: 'expression', message: `it is not true that ${quoted(expression)}` }];
  };
}

/**
 * Why something that the expression reads is not known. Nothing stands in for it: what is absent could be what an expression
 * is content with, and be there a moment later.
 */
async function unknownPart(
  manifest: LintedManifest,
  uses: ReadonlySet<ExpressionVariable>,
): Promise<string | undefined> {
  const readsConfiguration = uses.has('labels') || (!manifest.isIndex && (uses.has('config') || uses.has('platforms')));
  return readsConfiguration ? manifest.whyUnknown() : undefined;
}

/** What is not used is not read: a configuration costs a look-up and a file. */
async function factsOf(
  manifest: LintedManifest,
  uses: ReadonlySet<ExpressionVariable>,
  actor: string | undefined,
): Promise<ExpressionFacts> {
  const { event, annotations, tags, size } = manifest;
  const configuration = uses.has('config') && !manifest.isIndex ? await manifest.configuration() : undefined;
  return {
    manifest: uses.has('manifest') ? event.bytes : EMPTY_OBJECT,
    config: configuration?.outcome === 'known' ? configuration.json : undefined,
    annotations,
    labels: uses.has('labels') ? await manifest.labels() : {},
    repository: event.repository,
    reference: formatReference(event.reference),
    tags: tags.length > 0 && uses.has('tag') ? tags : [''],
    actor: actor ?? '',
    platforms: uses.has('platforms') ? await manifest.platforms() : [],
    size,
  };
}
