import { Injectable } from '@nestjs/common';
import type { Reconfigure } from '@berth/sdk';
import { LintConfig } from './config/lint.config.js';
import { ExpressionEvaluator } from './expressions/expression-evaluator.js';
import { compileRule, mandatoryAnnotationsRule, type Rule } from './rule.js';

/** The rules in force, in the order in which they were written; they may be replaced while the server runs. */
@Injectable()
export class Policy implements Reconfigure<LintConfig> {
  #rules: readonly Rule[];

  constructor(
    config: LintConfig,
    private readonly evaluator: ExpressionEvaluator,
  ) {
    this.#rules = this.#compile(config);
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** From now on; a push that is being looked at is judged by the rules it began with. */
  reconfigure(config: LintConfig): void {
    this.#rules = this.#compile(config);
  }

  #compile({ mandatoryAnnotations, rules, expressionTimeout: timeout }: LintConfig): readonly Rule[] {
    const settings = { evaluator: this.evaluator, timeout };
    const mandatory = mandatoryAnnotations.length > 0 ? [mandatoryAnnotationsRule(mandatoryAnnotations)] : [];
    return [...mandatory, ...rules.map((rule) => compileRule(rule, settings))];
  }
}
