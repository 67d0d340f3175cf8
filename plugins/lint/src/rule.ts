import { parseRepositoryGlob } from '@berth/sdk';
import { baseImageCheck } from './checks/base-image-check.js';
import type { Check, CheckContext, Finding } from './checks/check.js';
import { expressionCheck } from './checks/expression-check.js';
import { requirementCheck } from './checks/requirement-check.js';
import { maxBytesCheck, maxLayerBytesCheck, maxLayersCheck } from './checks/size-checks.js';
import { forbiddenTagsCheck, tagPatternCheck } from './checks/tag-checks.js';
import { MANDATORY_ANNOTATIONS } from './config/have-own-names.js';
import type { RuleConfig, RuleMode } from './config/rule.config.js';
import type { ExpressionEvaluator } from './expressions/expression-evaluator.js';
import type { LintedManifest } from './manifest/linted-manifest.js';

/** A rule, ready to be asked. */
export interface Rule {
  readonly name: string;
  readonly mode: RuleMode;
  appliesTo(manifest: LintedManifest): boolean;
  check(manifest: LintedManifest, context: CheckContext): Promise<readonly Finding[]>;
}

export interface ExpressionSettings {
  readonly evaluator: ExpressionEvaluator;
  /** Milliseconds for one expression. */
  readonly timeout: number;
}

/** What a valid configuration of a rule means. */
export function compileRule(config: RuleConfig, settings: ExpressionSettings): Rule {
  const { name, mode, message } = config;
  const globs = config.repositories.map(parseRepositoryGlob).filter((glob) => glob !== undefined);
  const origins = new Set(config.origins);
  const checks = checksOf(config, settings);
  return {
    name,
    mode,
    appliesTo: ({ event, isReferrer }) =>
      origins.has(event.origin) &&
      (config.referrers || !isReferrer) &&
      globs.some((glob) => glob.matches(event.repository)),
    async check(manifest, context) {
      const findings = await allFindings(checks, manifest, context);
      if (message === undefined) return findings;
      return findings.map((finding) => ({ ...finding, message: `${message}: ${finding.message}` }));
    },
  };
}

/** Zot's list of keys as a rule: about images alone, as zot has it, and never about what is mirrored. */
export function mandatoryAnnotationsRule(keys: readonly string[]): Rule {
  const check = requirementCheck(keys.map((key) => ({ key, in: 'either' })));
  return {
    name: MANDATORY_ANNOTATIONS,
    mode: 'enforce',
    appliesTo: ({ event, isImage, isReferrer }) => isImage && !isReferrer && event.origin !== 'mirrored',
    check,
  };
}

function checksOf(config: RuleConfig, { evaluator, timeout }: ExpressionSettings): readonly Check[] {
  const { require, tagPattern, forbiddenTags, maxLayers, maxBytes, maxLayerBytes, expression } = config;
  const { baseDigests = [], baseNames = [] } = config;
  const checks: Check[] = [];
  if (require) checks.push(requirementCheck(require));
  if (tagPattern !== undefined) checks.push(tagPatternCheck(tagPattern));
  if (forbiddenTags) checks.push(forbiddenTagsCheck(forbiddenTags));
  if (maxLayers !== undefined) checks.push(maxLayersCheck(maxLayers));
  if (maxBytes !== undefined) checks.push(maxBytesCheck(maxBytes));
  if (maxLayerBytes !== undefined) checks.push(maxLayerBytesCheck(maxLayerBytes));
  if (baseDigests.length + baseNames.length > 0)
    checks.push(baseImageCheck({ digests: baseDigests, names: baseNames }));
  if (expression !== undefined) checks.push(expressionCheck(expression, evaluator, { timeout }));
  return checks;
}

async function allFindings(
  checks: readonly Check[],
  manifest: LintedManifest,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) findings.push(...(await check(manifest, context)));
  return findings;
}
