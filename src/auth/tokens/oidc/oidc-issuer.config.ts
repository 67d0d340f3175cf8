import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsBoolean, IsNotEmpty, IsOptional, IsString, ValidateNested } from 'class-validator';
import { AgreesWithOthers } from '../agrees-with-others.js';
import { IsKeyUrl, isKeyUrl } from '../keys/is-key-url.js';
import { ClaimMappingConfig } from './claim-mapping.config.js';

const AUDIENCES = { message: 'a list of at least one audience, such as ["berth"]' };
const PATH = { message: 'the path of a file' };

/** An entry of `http.auth.bearer.oidc`: somebody whose tokens say who a workload is. */
export class OidcIssuerConfig {
  /** Its keys are found from here, unless `jwksUri` or `jwksFile` names them. Has no default: the empty one is refused. */
  @IsString()
  @IsNotEmpty({ message: 'the `iss` of its tokens, such as "https://token.example.com"' })
  @AgreesWithOthers(
    'a URL with https, or with http on this machine; another text only beside `jwksUri` or `jwksFile`',
    ({ issuer, jwksUri, jwksFile }) => jwksUri !== undefined || jwksFile !== undefined || isKeyUrl(issuer),
  )
  issuer = '';

  /** A token must be for one of these. Has no default: the empty list is refused. */
  @IsArray(AUDIENCES)
  @ArrayNotEmpty(AUDIENCES)
  @IsString({ each: true, ...AUDIENCES })
  @IsNotEmpty({ each: true, ...AUDIENCES })
  audiences: string[] = [];

  @ValidateNested()
  @Type(() => ClaimMappingConfig)
  claimMapping: ClaimMappingConfig = new ClaimMappingConfig();

  /** PEM text. */
  @IsOptional()
  @IsString()
  @AgreesWithOthers(
    'left out beside `certificateAuthorityFile` or `jwksFile`',
    ({ certificateAuthorityFile, jwksFile }) => certificateAuthorityFile === undefined && jwksFile === undefined,
  )
  certificateAuthority?: string;

  /** Path of a PEM file. */
  @IsOptional()
  @IsString(PATH)
  @IsNotEmpty(PATH)
  @AgreesWithOthers('left out beside `jwksFile`', ({ jwksFile }) => jwksFile === undefined)
  certificateAuthorityFile?: string;

  @IsBoolean()
  skipIssuerVerification = false;

  /** Where the keys are, for an issuer without a discovery document. */
  @IsOptional()
  @IsKeyUrl()
  @AgreesWithOthers('left out beside `jwksFile`', ({ jwksFile }) => jwksFile === undefined)
  jwksUri?: string;

  /** Path of the keys, for an issuer that cannot be reached from here. */
  @IsOptional()
  @IsString(PATH)
  @IsNotEmpty(PATH)
  jwksFile?: string;
}
