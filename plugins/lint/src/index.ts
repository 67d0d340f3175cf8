import { definePlugin } from '@berth/sdk';
import { LintConfig } from './config/lint.config.js';
import { ExpressionEvaluator } from './expressions/expression-evaluator.js';
import { ManifestContent } from './manifest/manifest-content.js';
import { ManifestLinter } from './manifest-linter.js';
import { Policy } from './policy.js';

export default definePlugin({
  name: 'lint',
  description: 'Policy on push: what a manifest must have to be taken',
  config: LintConfig,
  hooks: { 'manifest.beforePut': ManifestLinter },
  providers: [Policy, ManifestContent, ExpressionEvaluator],
  reconfigure: Policy,
});
