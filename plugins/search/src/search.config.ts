import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { CveConfig } from './cve.config.js';
import { GraphqlConfig } from './graphql/graphql.config.js';

/** The section `search`. */
export class SearchConfig {
  /** How often the whole index is compared with the registry; 0: only where it is missing or useless. Not in zot. */
  @IsDuration({ message: 'a duration such as "24h"' })
  readonly rebuildInterval: Duration = milliseconds(24 * 3_600_000);

  /** What queries of zot's API may ask for. Not in zot. */
  @ValidateNested({ message: 'a section' })
  @Type(() => GraphqlConfig)
  readonly graphql = new GraphqlConfig();

  /** zot's scanner of vulnerabilities. */
  @IsOptional()
  @ValidateNested({ message: 'a section' })
  @Type(() => CveConfig)
  readonly cve?: CveConfig;
}
