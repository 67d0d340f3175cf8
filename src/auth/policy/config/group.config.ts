import { IsNames } from './is-names.js';

/** `http.accessControl.groups.<group>`: who is in a group, beside those of whom the directory or a token says so. */
export class GroupConfig {
  @IsNames('users')
  readonly users: readonly string[] = [];
}
