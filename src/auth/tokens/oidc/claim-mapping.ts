import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import type { Section } from '@berth/sdk';
import { isTimeUp, withinTimeLimit } from '../../policy/conditions/time-limit.js';
import type { ClaimMappingConfig } from './claim-mapping.config.js';

export type MappedClaims =
  | { readonly outcome: 'mapped'; readonly user: string; readonly groups: readonly string[] }
  /** Holds nothing of the token. */
  | { readonly outcome: 'rejected'; readonly reason: string };

interface Variable {
  readonly name: string;
  readonly value: ParseResult;
}

interface Validation {
  readonly isTrue: ParseResult;
  readonly message: string;
}

const LONGEST_NAME = 1024;
const LIMITS = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 };
/** They must not be in a name that goes into logs and headers. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What the claims of a token mean here: expressions of CEL over `claims` and `vars`, compiled. */
export class ClaimMapping {
  private constructor(
    private readonly variables: readonly Variable[],
    private readonly validations: readonly Validation[],
    private readonly username: ParseResult,
    private readonly groups: ParseResult | undefined,
    private readonly isEvaluationError: (cause: unknown) => boolean,
  ) {}

  /** Throws an Error naming the expression that is none. */
  static async open(config: ClaimMappingConfig): Promise<ClaimMapping> {
    const cel = await import('@marcbachmann/cel-js');
    // In cel-go a list may hold a text and what may be one: `['ci', claims.owner]`.
    const environment = new cel.Environment({
      limits: LIMITS,
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
    })
      .registerVariable('claims', 'map')
      .registerVariable('vars', 'map');
    const compile = (key: string, text: string): ParseResult => compiled(environment, key, text);
    return new ClaimMapping(
      config.variables.map(({ name, expression }) => ({ name, value: compile(`variables, ${name}`, expression) })),
      config.validations.map(({ expression, message }) => ({
        isTrue: compile('validations', expression),
        message: message ?? 'its claims are not those that are asked for',
      })),
      compile('username', config.username),
      config.groups === undefined ? undefined : compile('groups', config.groups),
      (cause) => cause instanceof cel.EvaluationError || cause instanceof cel.TypeError,
    );
  }

  /** Within a few milliseconds: what the claims hold, strangers may choose, and all requests wait meanwhile. */
  map(claims: Section): MappedClaims {
    try {
      return withinTimeLimit(() => this.#map(claims));
    } catch (cause) {
      if (isTimeUp(cause)) return rejected('its claims took too long to read');
      throw cause;
    }
  }

  #map(claims: Section): MappedClaims {
    const vars: Record<string, unknown> = {};
    const context = { claims, vars };
    for (const { name, value } of this.variables) {
      const found = this.#evaluate(value, context);
      if (found === undefined) return rejected(`its claims give no ${name}`);
      vars[name] = found;
    }
    const failed = this.validations.find(({ isTrue }) => this.#evaluate(isTrue, context) !== true);
    if (failed) return rejected(failed.message);
    const user = this.#evaluate(this.username, context);
    if (!isName(user)) return rejected('its claims give no user name');
    const groups = this.groups === undefined ? [] : this.#evaluate(this.groups, context);
    if (!Array.isArray(groups) || !groups.every(isName)) return rejected('its claims give no list of groups');
    return { outcome: 'mapped', user, groups };
  }

  /** `undefined` where the claims lack what the expression asks for. */
  #evaluate(expression: ParseResult, context: Record<string, unknown>): unknown {
    try {
      return expression(context);
    } catch (cause) {
      if (this.isEvaluationError(cause)) return undefined;
      throw cause;
    }
  }
}

function compiled(environment: Environment, key: string, text: string): ParseResult {
  try {
    const expression = environment.parse(text);
    const { error } = expression.check();
    if (error) throw error;
    return expression;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`claimMapping.${key}: no expression of CEL: ${message}`, { cause });
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME && !CONTROL.test(value);
}

function rejected(reason: string): MappedClaims {
  return { outcome: 'rejected', reason };
}
