import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** One short round per case and no 100 MiB at concurrency 16: a smoke test, whose figures mean little. */
  readonly quick: boolean;
  /** Fill docker-registry with as many tags as Berth, which takes minutes. */
  readonly full: boolean;
  /** Exit 1 where a target is missed. */
  readonly enforce: boolean;
  /** Cases whose name matches are run. */
  readonly only: RegExp;
  /** File that receives the results of every slice. */
  readonly json: string | undefined;
  readonly peers: { readonly berth: boolean; readonly cncf: boolean };
  /** How many tags the largest repository has. */
  readonly tags: number;
  /** Seed of the order of slices and of the tags that are asked for. */
  readonly seed: number;
}

const NATURAL = /^[1-9]\d{0,8}$/;

function natural(option: string, text: string): number {
  if (!NATURAL.test(text)) throw new Error(`--${option} takes a whole number above 0, not "${text}"`);
  return Number(text);
}

function peersOf(list: string): BenchOptions['peers'] {
  const names = list.split(',');
  const unknown = names.find((name) => name !== 'berth' && name !== 'cncf');
  if (unknown !== undefined) throw new Error(`--peers takes berth and cncf, not "${unknown}"`);
  return { berth: names.includes('berth'), cncf: names.includes('cncf') };
}

/** Reads the command line; an unknown option or a value out of range throws with advice. */
export function parseOptions(commandLine: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      enforce: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      peers: { type: 'string', default: 'berth,cncf' },
      tags: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  return {
    quick: values.quick,
    full: values.full,
    enforce: values.enforce,
    only: new RegExp(values.only),
    json: values.json,
    peers: peersOf(values.peers),
    tags: values.tags === undefined ? (values.quick ? 2_000 : 100_000) : natural('tags', values.tags),
    seed: values.seed === undefined ? 1 + Math.floor(Math.random() * 999_999) : natural('seed', values.seed),
  };
}
