import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { AuthConfig } from '../auth/auth.config.js';
import { HttpConfig } from '../http/http.config.js';

/** `http`: where the server listens, and who may do what there. */
export class RegistryHttpConfig extends HttpConfig {
  @IsOptional()
  @ValidateNested()
  @Type(() => AuthConfig)
  auth?: AuthConfig;
}
