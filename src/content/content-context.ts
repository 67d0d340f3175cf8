import type { GateContext, Identity } from '@berth/sdk';

/** Who asks, in which request, the signal that ends the work when they go away, and where warnings for them go. */
export interface ContentContext extends GateContext {
  readonly identity: Identity;
}
