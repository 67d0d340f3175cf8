import type { ConditionConfig } from '../config/condition.config.js';
import { type Decision, refusedBy } from '../decision.js';
import { compileCondition, type Condition } from './condition-language.js';
import type { ConditionQuestion } from './request-facts.js';

const NO_MESSAGE = 'a condition does not hold';

/** The conditions of one policy, all of which must hold. */
export class PolicyConditions {
  readonly #conditions: readonly { readonly holds: Condition; readonly message: string; readonly rule: string }[];

  /** `policy`: how the rules call it. Throws where an expression is invalid, which validation has seen to. */
  constructor(conditions: readonly ConditionConfig[], policy: string) {
    this.#conditions = conditions.map(({ expression, message = NO_MESSAGE }, at) => {
      const rule = `${policy}.conditions[${at}]`;
      const compiled = compileCondition(expression);
      if (compiled.outcome === 'invalid') throw new Error(`${rule}: ${compiled.problem}`);
      return { holds: compiled.holds, message, rule };
    });
  }

  /** The refusal of the first that does not hold; `undefined` where all do. What cannot be evaluated does not hold. */
  refusal(question: ConditionQuestion, pattern: string): Decision | undefined {
    for (const { holds, message, rule } of this.#conditions) {
      const outcome = attempt(holds, question);
      if (outcome === 'holds') continue;
      const blamed = outcome === 'fails' ? rule : `${rule}, which could not be evaluated`;
      return refusedBy(blamed, { pattern, reason: message });
    }
    return undefined;
  }
}

function attempt(holds: Condition, question: ConditionQuestion): 'holds' | 'fails' | 'throws' {
  try {
    return holds(question) ? 'holds' : 'fails';
  } catch {
    // The library's words may repeat what a claim or a header holds; that it could not be evaluated goes into the audit.
    return 'throws';
  }
}
