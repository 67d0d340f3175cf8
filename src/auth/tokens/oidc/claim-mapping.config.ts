import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { CEL } from './cel-expression.js';
import { ClaimValidationConfig } from './claim-validation.config.js';
import { ClaimVariableConfig } from './claim-variable.config.js';

/** `claimMapping`: what a token says, made into a user and groups. */
export class ClaimMappingConfig {
  /** In order: each may use those before it. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ClaimVariableConfig)
  variables: ClaimVariableConfig[] = [];

  /** A token is refused for the first that is not true. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ClaimValidationConfig)
  validations: ClaimValidationConfig[] = [];

  @IsString(CEL)
  @Matches(/\S/, CEL)
  username = "claims.iss + '/' + claims.sub";

  /** A list of strings; absent: no groups. */
  @IsOptional()
  @IsString(CEL)
  @Matches(/\S/, CEL)
  groups?: string;
}
