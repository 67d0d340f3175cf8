import { parseArgs } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { CommandConsole, CommandInvocation, PluginCommand } from '@berth/sdk';
import { Registries } from '../mirror/registries.js';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { PeriodicRuns } from './periodic-runs.js';
import type { Plan } from './plan.js';
import { planText } from './plan-text.js';
import { Planning } from './planning.js';
import { PrintedRun } from './printed-run.js';
import type { RecordedRun } from './run-records.js';
import { runText } from './run-text.js';

const FAILURE = 1;
const USAGE = 64;
const INTERRUPTED = 130;

interface Flags {
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

/** `berth sync <config>`: one periodic run of each upstream that has them, while the server does not run; or what it would do. */
@Injectable()
export class SyncCommand implements PluginCommand {
  readonly name = 'sync';
  readonly summary = 'run each polled upstream once; --dry-run prints what would be fetched and why; --json';

  constructor(
    private readonly registries: Registries,
    private readonly runs: PeriodicRuns,
    private readonly planning: Planning,
  ) {}

  async run({ args, console, signal }: CommandInvocation): Promise<number> {
    const flags = flagsOf(args);
    if (typeof flags === 'string') {
      console.err(`berth sync: ${flags}\n`);
      return USAGE;
    }
    const polled = this.registries.all.filter(({ isPolled, config }) => isPolled && !config.offline);
    if (polled.length === 0) {
      console.err('berth sync: no registry of this configuration has pollInterval and content, and is not offline\n');
      return FAILURE;
    }
    try {
      return await (flags.isDryRun ? this.#plan : this.#run).call(this, polled, flags, { console, signal });
    } catch (cause) {
      if (!signal.aborted) throw cause;
      console.err('berth sync: it was interrupted; what has come is kept\n');
      return INTERRUPTED;
    }
  }

  async #plan(polled: readonly UpstreamRegistry[], { isJson }: Flags, { console, signal }: Session): Promise<number> {
    const plans: Plan[] = [];
    for (const registry of polled) {
      const plan = await this.planning.plan(registry, signal);
      plans.push(plan);
      if (!isJson) console.out(planText(plan));
    }
    if (isJson) console.out(`${JSON.stringify({ upstreams: plans }, undefined, 2)}\n`);
    return plans.some(({ problems }) => problems.length > 0) ? FAILURE : 0;
  }

  async #run(polled: readonly UpstreamRegistry[], { isJson }: Flags, { console, signal }: Session): Promise<number> {
    const ends: { readonly upstream: string; readonly run: RecordedRun }[] = [];
    for (const registry of polled) {
      const run = await this.#runOne(registry, { console, signal });
      ends.push({ upstream: registry.name, run });
      if (!isJson) console.out(runText(registry.name, run));
    }
    const upstreams = ends.map(({ upstream, run: { outcome, counts } }) => ({ upstream, outcome, ...counts }));
    if (isJson) console.out(`${JSON.stringify({ upstreams }, undefined, 2)}\n`);
    return ends.every(({ run }) => run.outcome === 'succeeded') ? 0 : FAILURE;
  }

  async #runOne(registry: UpstreamRegistry, { console, signal }: Session): Promise<RecordedRun> {
    let printed: PrintedRun | undefined;
    try {
      return await this.runs.run(
        registry,
        signal,
        (tally) => (printed = new PrintedRun(registry.name, tally, console)),
      );
    } finally {
      printed?.end();
    }
  }
}

interface Session {
  readonly console: CommandConsole;
  readonly signal: AbortSignal;
}

/** Or a sentence that says what is wrong with them. */
function flagsOf(args: readonly string[]): Flags | string {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { 'dry-run': flag, json: flag } });
    return { isDryRun: values['dry-run'], isJson: values.json };
  } catch (cause) {
    if (cause instanceof TypeError) return cause.message;
    throw cause;
  }
}
