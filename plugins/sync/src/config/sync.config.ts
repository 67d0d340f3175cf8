import { Type } from 'class-transformer';
import { IsArray, IsNotEmpty, IsString, ValidateNested } from 'class-validator';
import { Optional } from './optional.js';
import { UpstreamRegistryConfig } from './upstream-registry.config.js';

const FILE = { message: 'the path of a file' };
const FOLDER = { message: 'the path of a folder' };
const REGISTRIES = { message: 'a list of objects with urls' };

/** The section `sync`. */
export class SyncConfig {
  /** JSON, `{ "host": { "username", "password" } }`. */
  @Optional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  readonly credentialsFile?: string;

  @Optional()
  @IsString(FOLDER)
  readonly downloadDir?: string;

  @IsArray(REGISTRIES)
  @ValidateNested({ each: true, ...REGISTRIES })
  @Type(() => UpstreamRegistryConfig)
  readonly registries: readonly UpstreamRegistryConfig[] = [];
}
