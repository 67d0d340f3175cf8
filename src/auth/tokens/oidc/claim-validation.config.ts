import { IsOptional, IsString, Matches } from 'class-validator';
import { CEL } from './cel-expression.js';

/** An entry of `claimMapping.validations`. */
export class ClaimValidationConfig {
  /** A token for which it is not true is refused. Has no default: the empty one is refused. */
  @IsString(CEL)
  @Matches(/\S/, CEL)
  expression = '';

  /** Told to whoever is refused. */
  @IsOptional()
  @IsString()
  message?: string;
}
