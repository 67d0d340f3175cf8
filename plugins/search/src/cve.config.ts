import { type Duration, IsDuration } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsOptional, IsString, ValidateNested } from 'class-validator';

/** Where zot's scanner leaves what it finds out an image consists of. */
export class SbomConfig {
  @IsOptional()
  @IsBoolean({ message: 'true or false' })
  readonly enable?: boolean;

  @IsOptional()
  @IsIn(['spdx-json', 'cyclonedx'], { message: '"spdx-json" or "cyclonedx"' })
  readonly format?: 'spdx-json' | 'cyclonedx';
}

/** Where zot's scanner has its knowledge from. */
export class TrivyConfig {
  @IsOptional()
  @IsString({ message: 'a repository' })
  readonly dbRepository?: string;

  @IsOptional()
  @IsString({ message: 'a repository' })
  readonly javaDBRepository?: string;

  @IsOptional()
  @IsArray({ message: 'a list of sources' })
  @IsString({ each: true, message: 'a list of sources' })
  readonly vulnSeveritySources?: readonly string[];

  @IsOptional()
  @ValidateNested({ message: 'a section' })
  @Type(() => SbomConfig)
  readonly sbom?: SbomConfig;
}

/** The section `search.cve` of zot: taken, so that zot's configuration is; no scanner comes with Berth, of which a line in the log warns. */
export class CveConfig {
  @IsOptional()
  @IsDuration({ message: 'a duration such as "2h"' })
  readonly updateInterval?: Duration;

  @IsOptional()
  @ValidateNested({ message: 'a section' })
  @Type(() => TrivyConfig)
  readonly trivy?: TrivyConfig;
}
