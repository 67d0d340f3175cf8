import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsArray, IsNotEmpty, IsPositive, IsString, Max, ValidateNested } from 'class-validator';
import { HaveOwnNames } from './have-own-names.js';
import { RuleConfig } from './rule.config.js';

const KEYS = { message: 'a list of keys of annotations' };
const RULES = { message: 'a list of rules' };
const LIMIT = { message: 'a duration above zero and of at most "5s"' };

/** The section `lint`. */
export class LintConfig {
  /** Keys that every image pushed must have, as an annotation or as a label. What zot calls it, and means by it. */
  @IsArray(KEYS)
  @IsString({ each: true, ...KEYS })
  @IsNotEmpty({ each: true, ...KEYS })
  readonly mandatoryAnnotations: readonly string[] = [];

  @IsArray(RULES)
  @ValidateNested({ each: true, ...RULES })
  @Type(() => RuleConfig)
  @HaveOwnNames()
  readonly rules: readonly RuleConfig[] = [];

  /** How long one expression may take. A gate as a whole has ten seconds. */
  @IsDuration(LIMIT)
  @IsPositive(LIMIT)
  @Max(5000, LIMIT)
  readonly expressionTimeout: Duration = milliseconds(1000);
}
