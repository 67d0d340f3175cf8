import { IsListOf } from './is-list-of.js';
import { IsNames } from './is-names.js';

/** `http.accessControl.metrics`: who may read the numbers of the plugin `metrics`, as zot has it. */
export class MetricsAccessConfig {
  @IsNames('users')
  readonly users: readonly string[] = [];

  @IsListOf('a list of "read" and nothing else', (text) => text === 'read', { mayBeEmpty: true, known: ['read'] })
  readonly anonymousPolicy: readonly 'read'[] = [];
}
