import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { PrometheusConfig } from './prometheus.config.js';
import { TracingConfig } from './tracing.config.js';

/** The section `extensions.metrics`. */
export class MetricsConfig {
  @ValidateNested()
  @Type(() => PrometheusConfig)
  prometheus = new PrometheusConfig();

  /** False: no series carries the name of a repository. */
  @IsBoolean()
  repositoryLabels = true;

  /** How many repositories have series of their own; the others share one. */
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxRepositories = 1000;

  /** Absent: nothing is traced, and no tracing library is loaded. */
  @IsOptional()
  @ValidateNested()
  @Type(() => TracingConfig)
  tracing?: TracingConfig;
}
