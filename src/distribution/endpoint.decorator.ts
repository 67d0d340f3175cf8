import { SetMetadata } from '@nestjs/common';
import type { Action, EndpointId } from '@berth/sdk';

export const ENDPOINT_IDS = 'berth:endpoint-ids';
export const ENDPOINT_ACTION = 'berth:endpoint-action';

/** Which endpoints of the spec a handler serves, and what it does to the repository (absent: nothing to one repository). */
export function Endpoint(ids: readonly EndpointId[], action?: Action): MethodDecorator {
  return (target, property, descriptor) => {
    SetMetadata(ENDPOINT_IDS, ids)(target, property, descriptor);
    SetMetadata(ENDPOINT_ACTION, action)(target, property, descriptor);
  };
}
