import type { Panel } from '@berth/sdk';

export type PluginState = 'enabled' | 'failed' | 'disabled';

/** An extension as discovery tells of it; `state` and `panels` are Berth's own. spec: extensions/_oci.md */
export interface Extension {
  readonly name: string;
  readonly url: string;
  readonly description: string;
  readonly endpoints: readonly string[];
  readonly state: PluginState;
  readonly panels: readonly Panel[];
}
