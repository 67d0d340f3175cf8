import { IsBoolean } from 'class-validator';
import { IsForSomebody } from './is-for-somebody.js';
import { IsNames } from './is-names.js';

const SWITCH = { message: 'true or false' };

/** `http.accessControl.permissions.<plugin>.<permission>`: who holds it, beside administrators. */
export class PermissionHoldersConfig {
  @IsNames('users')
  @IsForSomebody(
    'somebody in "users" or in "groups", or "authenticated" or "anonymous" as true',
    ['users', 'groups'],
    ['authenticated', 'anonymous'],
  )
  readonly users: readonly string[] = [];

  @IsNames('groups')
  readonly groups: readonly string[] = [];

  /** Everyone who is known. */
  @IsBoolean(SWITCH)
  readonly authenticated: boolean = false;

  /** Everyone, known or not. */
  @IsBoolean(SWITCH)
  readonly anonymous: boolean = false;
}
