import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, Matches, ValidateBy, ValidateNested } from 'class-validator';
import { AuthConfig } from '../auth/auth.config.js';
import { AccessControlConfig } from '../auth/policy/access-control.config.js';
import { HttpConfig } from '../http/http.config.js';

const REALM = { message: 'printable ASCII without quotes and backslashes' };

/** Whoever writes down whom certificates name, and forgets that clients are to be asked for them, would serve everyone. */
function AsksForCertificates(): PropertyDecorator {
  return ValidateBy({
    name: 'asksForCertificates',
    validator: {
      validate: (auth: unknown, args) =>
        !(auth instanceof AuthConfig && auth.mtls) || (args?.object as RegistryHttpConfig).tls?.cacert !== undefined,
      defaultMessage: () => '"mtls" beside http.tls.cacert only: without it no client is asked for a certificate',
    },
  });
}

/** `http`: where the server listens, and who may do what there. */
export class RegistryHttpConfig extends HttpConfig {
  /** What a request for a user and a password calls the place. */
  @IsString(REALM)
  @IsNotEmpty(REALM)
  @Matches(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, REALM)
  realm = 'Authorization Required';

  @IsOptional()
  @ValidateNested()
  @AsksForCertificates()
  @Type(() => AuthConfig)
  auth?: AuthConfig;

  @IsOptional()
  @ValidateNested()
  @Type(() => AccessControlConfig)
  accessControl?: AccessControlConfig;
}
