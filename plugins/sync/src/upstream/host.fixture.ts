import { FakeClock } from '@berth/sdk/testing';
import { Bandwidth } from './bandwidth.js';
import { Connections } from './connections.js';
import type { SlotLimits } from './request-slots.js';
import { UpstreamHost } from './upstream-host.js';

const UNBOUNDED: SlotLimits = { atOnce: 0, perSecond: undefined };

export interface HostUnderTest {
  readonly host: UpstreamHost;
  readonly close: () => Promise<void>;
}

/** A host that is asked without credentials. */
export function hostOf(
  { url, host: name }: { readonly url: string; readonly host: string },
  slots = UNBOUNDED,
  bandwidth = new Bandwidth(undefined),
): HostUnderTest {
  const connections = new Connections({ tlsVerify: true });
  const observer = {
    requested: () => undefined,
    completed: () => undefined,
    received: () => undefined,
    breaker: () => undefined,
    limited: () => undefined,
  };
  const logins = { loginFor: () => Promise.resolve(undefined) };
  const ports = { connections, logins, observer, clock: new FakeClock() };
  const host = new UpstreamHost({ url: new URL(url), name, timeout: 1000, slots, bandwidth }, ports);
  return { host, close: () => connections.close() };
}
