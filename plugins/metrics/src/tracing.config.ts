import { IsNumber, IsUrl, Max, Min } from 'class-validator';

/** `tracing`: where spans of requests are sent. */
export class TracingConfig {
  /** The collector, such as `http://127.0.0.1:4318`; `/v1/traces` is added where it has no path of its own. */
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'a URL such as "http://127.0.0.1:4318"' },
  )
  endpoint = '';

  /** Which share of the requests that come without a decision of their caller is traced: 0 to 1. */
  @IsNumber()
  @Min(0)
  @Max(1)
  sampleRatio = 1;
}
