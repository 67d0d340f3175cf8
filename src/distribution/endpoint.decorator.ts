import { SetMetadata } from '@nestjs/common';
import type { Action, EndpointId } from '@berth/sdk';
import { Guarded, type RouteRule } from '../auth/route-rule.js';

export const ENDPOINT_IDS = 'berth:endpoint-ids';

/** Which endpoints of the spec a handler serves, and for whom it is: who may do any of `actions` in the repository, or what the rule says. */
export function Endpoint(ids: readonly EndpointId[], access: readonly Action[] | RouteRule): MethodDecorator {
  const rule: RouteRule = 'kind' in access ? access : { kind: 'repository', actions: access };
  return (target, property, descriptor) => {
    SetMetadata(ENDPOINT_IDS, ids)(target, property, descriptor);
    Guarded(rule)(target, property, descriptor);
  };
}
