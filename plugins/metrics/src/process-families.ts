import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricFamily } from './metric-family.js';

/** Gauges whose names say that they are counters; the gauges they add up are given, so nothing is lost. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
/** How often the lag of the event loop is looked at, in milliseconds. */
const RESOLUTION = 10;
/** What Node measures is the time from one look to the next, so that a process at rest would show the resolution as lag. */
const WITH_RESOLUTION = /^nodejs_eventloop_lag_(min|max|mean|p50|p90|p99)_seconds$/;

let registry: Registry | undefined;

/**
 * What Node tells of this process: memory, processor, descriptors, collections of its own garbage, lag of the event loop. They are facts of
 * the process, so one set serves every server in it; what has to be watched is watched from the first call on.
 */
export function watchProcess(): () => Promise<readonly MetricFamily[]> {
  const watched = (registry ??= watchedRegistry());
  return async () => {
    // prom-client types `type` as a number; what it gives, and takes, is the name.
    const families = (await watched.getMetricsAsJSON()) as unknown as readonly MetricFamily[];
    return families.map((family) => (WITH_RESOLUTION.test(family.name) ? withoutResolution(family) : family));
  };
}

function watchedRegistry(): Registry {
  const made = new Registry();
  collectDefaultMetrics({ register: made, eventLoopMonitoringPrecision: RESOLUTION });
  for (const name of MISNAMED) made.removeSingleMetric(name);
  return made;
}

function withoutResolution(family: MetricFamily): MetricFamily {
  // Nothing was looked at yet where there is no number.
  const lagOf = (value: number): number => Math.max(0, (value || 0) - RESOLUTION / 1000);
  return { ...family, values: family.values.map((sample) => ({ ...sample, value: lagOf(sample.value) })) };
}
