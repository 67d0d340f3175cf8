import { IsString, Matches } from 'class-validator';

/** `prometheus`: where the numbers are read. */
export class PrometheusConfig {
  @IsString()
  @Matches(/^\/[\w./-]+$/, { message: 'a path such as "/metrics"' })
  path = '/metrics';
}
