import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { IsCondition } from './is-condition.js';
import { Optional } from './optional.js';

const TEXT = { message: 'a text of at most 500 characters, for whoever is refused' };

/** What must hold besides for a policy to give what it gives. */
export class ConditionConfig {
  /** In CEL, over `req`. */
  @IsCondition()
  readonly expression: string = '';

  /** Said to whoever the condition stops. */
  @Optional()
  @IsString(TEXT)
  @IsNotEmpty(TEXT)
  @MaxLength(500, TEXT)
  readonly message?: string;
}
