/** One sample as it stands in the text. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: ParsedSample[];
}

export type ParsedFormat = 'prometheus' | 'openmetrics';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  summary: ['_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * The families of a text of Prometheus (version 0.0.4) or OpenMetrics (1.0).
 *
 * @throws Error for whatever the format does not allow: a family without help or type or given twice, a sample outside its family, a
 * series given twice, a histogram whose buckets do not add up
 */
export function parseExposition(text: string, format: ParsedFormat = 'prometheus'): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  let current: ParsedFamily | undefined;
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of linesOf(text, format)) {
    const [, helped, helpText = ''] = HELP.exec(line) ?? [];
    const [, typed, type = ''] = TYPE.exec(line) ?? [];
    if (helped !== undefined) {
      help = { name: helped, text: helpText };
    } else if (typed !== undefined) {
      if (help?.name !== typed) throw new Error(`${typed} has no help`);
      if (families.has(typed)) throw new Error(`${typed} is given twice`);
      current = { name: typed, help: help.text, type, samples: [] };
      families.set(typed, current);
    } else {
      add(current, parseSample(line), format);
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

/** The value of one series; `undefined` where there is none. `name` is that of the sample, such as `x_count`. */
export function valueOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  for (const { samples } of families.values())
    for (const sample of samples)
      if (sample.name === name && seriesKey('', sample.labels) === seriesKey('', labels)) return sample.value;
  return undefined;
}

function linesOf(text: string, format: ParsedFormat): string[] {
  if (!text.endsWith('\n')) throw new Error('the text does not end with a line feed');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'prometheus') return lines.filter((line) => line !== '');
  if (lines.pop() !== '# EOF') throw new Error('the text does not end with # EOF');
  return lines;
}

function parseSample(line: string): ParsedSample {
  const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  return { name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) };
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name, value = ''] = LABEL.exec(text) ?? [];
    if (name === undefined) throw new Error(`no label: ${text.slice(at)}`);
    if (name in labels) throw new Error(`the label ${name} is given twice: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function add(family: ParsedFamily | undefined, sample: ParsedSample, format: ParsedFormat): void {
  if (!family) throw new Error(`${sample.name} comes before any family`);
  const { name, type, samples } = family;
  const allowed = type === 'counter' && format === 'openmetrics' ? ['_total'] : (SUFFIXES[type] ?? []);
  if (!allowed.some((suffix) => sample.name === name + suffix))
    throw new Error(`${sample.name} is no sample of ${name}`);
  const key = seriesKey(sample.name, sample.labels);
  if (samples.some((other) => seriesKey(other.name, other.labels) === key)) throw new Error(`${key} is given twice`);
  if (type === 'counter' && !(sample.value >= 0)) throw new Error(`${key} counts down`);
  samples.push(sample);
}

function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return name + JSON.stringify(sorted);
}

function checkHistogram({ name, samples }: ParsedFamily): void {
  const buckets = new Map<string, { bound: number; count: number }>();
  for (const { name: sampled, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = seriesKey('', rest);
    const last = buckets.get(key);
    if (sampled === `${name}_bucket`) {
      const bound = Number(le?.replace('+Inf', 'Infinity'));
      if (Number.isNaN(bound)) throw new Error(`${name} has a bucket without a bound`);
      if (last && (bound <= last.bound || value < last.count)) throw new Error(`the buckets of ${name} do not grow`);
      buckets.set(key, { bound, count: value });
    } else if (sampled === `${name}_count` && (last?.bound !== Infinity || last.count !== value)) {
      throw new Error(`the buckets of ${name} do not hold all values`);
    }
  }
}
