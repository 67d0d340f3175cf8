import { IsNotEmpty, IsOptional, IsString } from 'class-validator';

const PATH = { message: 'the path of a PEM file' };

/** `http.tls`: the files that make the listener speak TLS. */
export class TlsConfig {
  /** Path of the certificate chain, PEM. Has no default: the empty one is refused. */
  @IsString(PATH)
  @IsNotEmpty(PATH)
  cert = '';

  /** Path of the private key, PEM. Has no default: the empty one is refused. */
  @IsString(PATH)
  @IsNotEmpty(PATH)
  key = '';

  /** Path of the authorities that a client's certificate must come from, where it shows one. */
  @IsOptional()
  @IsString(PATH)
  @IsNotEmpty(PATH)
  cacert?: string;
}
