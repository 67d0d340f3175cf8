import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { LogConfig } from '../logging/log.config.js';
import { StorageConfig } from '../storage/storage.config.js';
import { RegistryHttpConfig } from './registry-http.config.js';

/** A whole configuration file: the class is the schema, the type and the validation at once. */
export class RegistryConfig {
  @IsOptional()
  @IsString({ message: 'a version as a string: "1.1.1"' })
  distSpecVersion?: string;

  @ValidateNested()
  @Type(() => StorageConfig)
  storage: StorageConfig = new StorageConfig();

  @ValidateNested()
  @Type(() => RegistryHttpConfig)
  http: RegistryHttpConfig = new RegistryHttpConfig();

  @ValidateNested()
  @Type(() => LogConfig)
  log: LogConfig = new LogConfig();

  /** Plugin name to its section as written: each plugin validates its own. */
  @IsObject()
  extensions: Record<string, unknown> = {};
}
