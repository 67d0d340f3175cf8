import { type Metric, Registry } from 'prom-client';
import type { MetricFamily, Sample } from './metric-family.js';

export type ExpositionType = typeof Registry.PROMETHEUS_CONTENT_TYPE | typeof Registry.OPENMETRICS_CONTENT_TYPE;

/** The text of families in one of the two formats of Prometheus. */
export async function render(families: readonly MetricFamily[], type: ExpositionType): Promise<string> {
  const registry = new Registry<ExpositionType>();
  registry.setContentType(type);
  for (const family of families) registry.registerMetric(metricOf(family, type));
  return registry.metrics();
}

/** OpenMetrics where the scraper would rather have it, or as much; else Prometheus's older text. RFC 9110 section 12.5.1 */
export function typeFor(accept: string | string[] | undefined): ExpositionType {
  const qualities = new Map<string, number>();
  for (const range of String(accept ?? '').split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    qualities.set(name, Math.max(qualities.get(name) ?? 0, quality === undefined ? 1 : Number(quality.slice(2)) || 0));
  }
  const open = qualities.get('application/openmetrics-text') ?? 0;
  const plain = qualities.get('text/plain') ?? 0;
  return open > 0 && open >= plain ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
}

/**
 * prom-client asks a metric for its values, and takes `_total` off the name of a counter that it writes as OpenMetrics: so each text is
 * made of objects of its own.
 */
function metricOf(family: MetricFamily, type: ExpositionType): Metric {
  const values = type === Registry.OPENMETRICS_CONTENT_TYPE ? family.values.map(canonical) : family.values;
  const metric = {
    name: family.name,
    type: family.type,
    get() {
      return Promise.resolve({ ...family, values, name: this.name });
    },
  };
  // All that a registry uses of a metric.
  return metric as unknown as Metric;
}

/** OpenMetrics writes the bound of a bucket as a float, always. */
function canonical(sample: Sample): Sample {
  const { le } = sample.labels;
  if (typeof le !== 'number' || !Number.isInteger(le)) return sample;
  return { ...sample, labels: { ...sample.labels, le: `${String(le)}.0` } };
}
