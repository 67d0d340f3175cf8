import 'reflect-metadata';
import { type Duration, IsDuration, milliseconds, type Section } from '@berth/sdk';
import { Type } from 'class-transformer';
import { IsArray, IsNotEmpty, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { AgreesWithOthers } from './agrees-with-others.js';
import { IsKeyUrl } from './keys/is-key-url.js';
import { OidcIssuerConfig } from './oidc/oidc-issuer.config.js';

const PATH = { message: 'the path of a file' };
/** It goes into a header between quotes. */
const QUOTABLE = { message: 'printable ASCII without quotes and backslashes' };
/** Docker takes a token that lives shorter for one of a minute, and rights that are taken away end with the token. Milliseconds. */
const [SHORTEST, LONGEST] = [60_000, 86_400_000];

const isForeign = ({ cert, jwks }: Section): boolean => cert !== undefined || jwks !== undefined;

/** `http.auth.bearer`: tokens, whoever issues them. With `cert` or `jwks` somebody else does, otherwise this server itself. */
export class BearerConfig {
  /** The URL at which clients fetch tokens; absent: that of the token server in this one. */
  @IsOptional()
  @IsString()
  @Matches(/^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/, { message: 'the URL of a token server' })
  @AgreesWithOthers(
    'beside `cert` or `jwks`, with which the tokens from there are verified, or `oidc`',
    (section) => isForeign(section) || (Array.isArray(section['oidc']) && section['oidc'].length > 0),
  )
  realm?: string;

  /** The audience of the tokens; "berth" where this server issues them. */
  @IsOptional()
  @IsString(QUOTABLE)
  @Matches(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, QUOTABLE)
  service?: string;

  /** Path of a PEM certificate, a PEM public key or a JWKS; several keys may stand in it. */
  @IsOptional()
  @IsString(PATH)
  @IsNotEmpty(PATH)
  @AgreesWithOthers('left out beside `jwks`', ({ jwks }) => jwks === undefined)
  @AgreesWithOthers(
    'beside `realm` and `service`, which say whose tokens these are',
    ({ realm, service }) => realm !== undefined && service !== undefined,
  )
  cert?: string;

  /** URL of a JWKS. */
  @IsOptional()
  @IsKeyUrl()
  @AgreesWithOthers(
    'beside `realm` and `service`, which say whose tokens these are',
    ({ realm, service }) => realm !== undefined && service !== undefined,
  )
  jwks?: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => OidcIssuerConfig)
  oidc: OidcIssuerConfig[] = [];

  /** Path of the PEM private key that this server signs with; absent: one is generated and kept with the facts. */
  @IsOptional()
  @IsString(PATH)
  @IsNotEmpty(PATH)
  @AgreesWithOthers(
    'left out beside `cert` or `jwks`: this server then issues no tokens',
    (section) => !isForeign(section),
  )
  key?: string;

  /** How long a token of this server lives. Milliseconds. */
  @IsDuration()
  @AgreesWithOthers(
    'a duration from "1m" to "24h"',
    ({ tokenLifetime: value }) => typeof value !== 'number' || (value >= SHORTEST && value <= LONGEST),
  )
  tokenLifetime: Duration = milliseconds(300_000);
}
