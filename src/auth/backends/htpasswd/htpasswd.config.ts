import 'reflect-metadata';
import { IsNotEmpty, IsString } from 'class-validator';

const PATH = { message: 'the path of a file that htpasswd made, such as "htpasswd"' };

/** `http.auth.htpasswd`: users and hashes of their passwords in a file. */
export class HtpasswdConfig {
  /** Need not be there yet. Has no default: the empty one is refused. */
  @IsString(PATH)
  @IsNotEmpty(PATH)
  path = '';
}
