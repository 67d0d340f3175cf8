import 'reflect-metadata';
import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { HtpasswdConfig } from './backends/htpasswd/htpasswd.config.js';
import { LdapConfig } from './backends/ldap/ldap.config.js';
import { MtlsConfig } from './strategies/mutual-tls/mtls.config.js';
import { BearerConfig } from './tokens/bearer.config.js';

/** Why the next backend is asked: the one before could not answer, or does not know the user. */
export const FALLBACK_REASONS = ['unavailable', 'unknownUser'] as const;
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

const FAIL_DELAY = { message: 'a number of seconds from 0 to 60' };
const FALLBACK = { message: 'a list of "unavailable" and "unknownUser"' };

/** `http.auth`: who users are. Each way of showing who one is has a section of its own. */
export class AuthConfig {
  /** Seconds that a refusal takes at least. */
  @IsInt(FAIL_DELAY)
  @Min(0, FAIL_DELAY)
  @Max(60, FAIL_DELAY)
  failDelay = 0;

  /** When the next backend is asked: LDAP, then those of plugins, then htpasswd. */
  @IsArray(FALLBACK)
  @IsIn(FALLBACK_REASONS, { each: true, ...FALLBACK })
  fallback: FallbackReason[] = ['unavailable', 'unknownUser'];

  /** How long a credential that was right is not asked about again; milliseconds. */
  @IsDuration()
  rememberFor: Duration = milliseconds(60_000);

  @IsOptional()
  @ValidateNested()
  @Type(() => HtpasswdConfig)
  htpasswd?: HtpasswdConfig;

  @IsOptional()
  @ValidateNested()
  @Type(() => LdapConfig)
  ldap?: LdapConfig;

  @IsOptional()
  @ValidateNested()
  @Type(() => BearerConfig)
  bearer?: BearerConfig;

  /** Whether users may make keys for their robots. */
  @IsBoolean({ message: 'true or false' })
  apikey = false;

  /** How long such a key may live, in milliseconds; absent: without end. */
  @IsOptional()
  @IsDuration()
  apikeyMaxLifetime?: Duration;

  @IsOptional()
  @ValidateNested()
  @Type(() => MtlsConfig)
  mtls?: MtlsConfig;
}
