import type { Credentials } from '@berth/sdk';

/** Nobody types a longer password, and no token is longer than a header may be. Characters. */
const LONGEST_PASSWORD = 8 * 1024;
const LONGEST_USER = 1024;
/** RFC 7617 section 2: neither may hold control characters. */

const CONTROL = /[\x00-\x1f\x7f]/;

/** What keeps user and password from being anybody's, by whichever entrance they came; `undefined` where nothing does. */
export function faultOfCredentials({ user, password }: Credentials): string | undefined {
  if (user === '' || password === '') return 'an empty user or password';
  if (CONTROL.test(user) || CONTROL.test(password)) return 'control characters in user or password';
  return user.length > LONGEST_USER || password.length > LONGEST_PASSWORD ? 'user or password too long' : undefined;
}
