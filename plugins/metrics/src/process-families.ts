import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricFamily } from './metric-family.js';

/** Gauges whose names say that they are counters; the gauges they add up are given, so nothing is lost. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let registry: Registry | undefined;

/**
 * What Node tells of this process: memory, processor, descriptors, collections of its own garbage, lag of the event loop. They are facts of
 * the process, so one set serves every server in it; what has to be watched is watched from the first call on.
 */
export function watchProcess(): () => Promise<readonly MetricFamily[]> {
  const watched = (registry ??= watchedRegistry());
  // prom-client types `type` as a number; what it gives, and takes, is the name.
  return async () => (await watched.getMetricsAsJSON()) as unknown as readonly MetricFamily[];
}

function watchedRegistry(): Registry {
  const made = new Registry();
  collectDefaultMetrics({ register: made });
  for (const name of MISNAMED) made.removeSingleMetric(name);
  return made;
}
