import { isSection } from '@berth/sdk';

/** One step of how an image was built. */
export interface HistoryStep {
  readonly created?: string;
  readonly createdBy?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly emptyLayer?: boolean;
}

/** What an image's configuration says of it. image-spec config.md */
export interface ImageConfig {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
  readonly author: string | undefined;
  /** Milliseconds since the epoch. */
  readonly builtAt: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly history: readonly HistoryStep[];
}

export const NO_CONFIG: ImageConfig = {
  os: undefined,
  architecture: undefined,
  variant: undefined,
  author: undefined,
  builtAt: undefined,
  labels: {},
  history: [],
};

/** Of each image: more of them say nothing that anybody looks for. */
const MOST_PAIRS = 500;
const LONGEST_KEY = 256;
const LONGEST_VALUE = 4096;
const MOST_STEPS = 500;
/** Of a platform's parts, and of an author. */
const LONGEST_NAME = 256;

/** Reads what `bytes` say. What is not of the form that the spec has is left out: a registry takes any configuration. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const config = parsed(bytes);
  if (!isSection(config)) return NO_CONFIG;
  const inner = config['config'];
  const created = textOf(config['created'], 64);
  return {
    os: nameOf(config['os']),
    architecture: nameOf(config['architecture']),
    variant: nameOf(config['variant']),
    author: nameOf(config['author']),
    builtAt: timeOf(created),
    labels: pairsOf(isSection(inner) ? inner['Labels'] : undefined),
    history: Array.isArray(config['history']) ? config['history'].slice(0, MOST_STEPS).map(stepOf) : [],
  };
}

/** A map of strings as it is kept: what is no string is left out, what is too long is cut. */
export function pairsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isSection(value)) return {};
  const pairs = Object.entries(value)
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[0].length <= LONGEST_KEY)
    .slice(0, MOST_PAIRS)
    .map(([key, text]) => [key, text.slice(0, LONGEST_VALUE)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function stepOf(value: unknown): HistoryStep {
  if (!isSection(value)) return {};
  const created = textOf(value['created'], 64);
  const createdBy = textOf(value['created_by'], LONGEST_VALUE);
  const author = nameOf(value['author']);
  const comment = textOf(value['comment'], LONGEST_VALUE);
  return {
    ...(created !== undefined && { created }),
    ...(createdBy !== undefined && { createdBy }),
    ...(author !== undefined && { author }),
    ...(comment !== undefined && { comment }),
    ...(value['empty_layer'] === true && { emptyLayer: true }),
  };
}

function nameOf(value: unknown): string | undefined {
  return textOf(value, LONGEST_NAME);
}

function textOf(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
}

/** The year 0001 is what a tool writes that knows no time. */
function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) || time < 0 ? undefined : time;
}
