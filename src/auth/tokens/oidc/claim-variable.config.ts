import { IsString, Matches } from 'class-validator';
import { CEL } from './cel-expression.js';

/** An entry of `claimMapping.variables`. */
export class ClaimVariableConfig {
  /** Later expressions know it as `vars.<name>`. Has no default: the empty one is refused. */
  @IsString()
  @Matches(/^[A-Za-z_][A-Za-z0-9_]*$/, { message: 'a name of letters, digits and underscores' })
  name = '';

  @IsString(CEL)
  @Matches(/\S/, CEL)
  expression = '';
}
