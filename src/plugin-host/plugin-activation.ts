import { type DynamicModule, Injectable, type Type } from '@nestjs/common';
import type { HealthProbe, HookHandler, HookName, PluginJob } from '@berth/sdk';
import { Readiness } from '../health/readiness.js';
import type { Job } from '../jobs/job.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { RegistryLogger } from '../logging/registry-logger.js';
import { isIndispensable, type LoadedPlugin } from './loaded-plugin.js';
import { PluginCatalog } from './plugin-catalog.js';
import { PluginError } from './plugin-error.js';
import { HookRegistry } from './hook-registry.js';
import { PluginCommands } from './plugin-commands.js';
import { PluginReload } from './plugin-reload.js';
import { ContributedServices } from './contributed-services.js';
import type { PluginModules } from './plugin-module.factory.js';

/** Gives the one instance of a class that a module provides. */
export type InstanceOf = <Instance>(module: DynamicModule, type: Type<Instance>) => Instance;

/** Runs at most so long, unless the job says otherwise, in milliseconds. */
const JOB_TIMEOUT = 3_600_000;

/** Hands what plugins contribute to those who use it, in the order of the configuration. */
@Injectable()
export class PluginActivation {
  readonly #prepared: { readonly loaded: LoadedPlugin; readonly begin: () => void }[] = [];

  constructor(
    private readonly catalog: PluginCatalog,
    private readonly logger: RegistryLogger,
    private readonly hooks: HookRegistry,
    private readonly jobs: JobScheduler,
    private readonly readiness: Readiness,
    private readonly reloads: PluginReload,
    private readonly commands: PluginCommands,
    private readonly services: ContributedServices,
  ) {}

  /**
   * Looks at everything that the plugin contributes, and takes its commands, which may be asked for before the data is open. The rest
   * waits for `activate`.
   *
   * @throws Error where a job has no valid schedule, or the name of another one
   */
  prepare({ plugin: loaded, main }: PluginModules, instanceOf: InstanceOf): void {
    const { name, plugin } = loaded;
    const all = <Instance>(types: readonly Type<Instance>[] = []): Instance[] =>
      types.map((type) => instanceOf(main, type));
    const handlers = Object.entries(plugin.hooks ?? {}).map(
      ([hook, classes]) => [hook as HookName, all([classes].flat() as Type<HookHandler<HookName>>[])] as const,
    );
    const jobs = all(plugin.jobs).map((job) => jobOf(name, job));
    this.jobs.check(jobs);
    const probes = all(plugin.health);
    const backends = all(plugin.credentialBackends);
    const [reconfigure] = all(plugin.reconfigure && [plugin.reconfigure]);
    const [resolver] = all(plugin.repositoryResolver && [plugin.repositoryResolver]);
    // Looked at before the data is open: whether what is there lies where it should.
    if (resolver) this.services.upstreamStores.use(resolver);
    const [scanner] = all(plugin.vulnerabilityScanner && [plugin.vulnerabilityScanner]);
    for (const command of all(plugin.commands)) this.commands.add(command);
    for (const [helper, type] of Object.entries(plugin.upstreamCredentials ?? {}))
      this.services.helpers.add(helper, instanceOf(main, type));
    const begin = (): void => {
      for (const [hook, ofHook] of handlers) for (const handler of ofHook) this.hooks.add(hook, name, handler);
      for (const job of jobs) this.jobs.add(job);
      if (resolver) this.services.resolution.use(resolver);
      for (const backend of backends) this.services.backends.add(name, backend);
      if (scanner) this.services.scanner.use(name, scanner);
      if (reconfigure) this.reloads.add(name, reconfigure);
      for (const probe of probes) this.#addProbe(name, probe);
    };
    this.#prepared.push({ loaded, begin });
  }

  /**
   * Lets the plugins begin, once the data is open. `failures`: why the tables of some could not be, by plugin.
   *
   * @throws Error that of a plugin which the server cannot do without; others are marked failed
   */
  activate(failures: ReadonlyMap<string, Error>): void {
    for (const { loaded, begin } of this.#prepared) {
      const failure = failures.get(loaded.name);
      if (!failure) begin();
      else if (isIndispensable(loaded)) throw failure;
      else this.#tellOfFailure(loaded.name, failure);
    }
  }

  #tellOfFailure(name: string, cause: Error): void {
    const error = new PluginError(name, 'migration', cause.message, { cause });
    this.catalog.markFailed(name, error);
    this.logger.error({ plugin: name, err: error }, `the plugin ${name} has failed`);
  }

  #addProbe(plugin: string, probe: HealthProbe): void {
    const { name, critical } = probe;
    this.readiness.add({ name: `${plugin}.${name}`, critical, check: (signal) => probe.check(signal) });
  }
}

function jobOf(plugin: string, job: PluginJob): Job {
  const { name, schedule, timeout = JOB_TIMEOUT } = job;
  return { name: `${plugin}.${name}`, schedule, timeout, run: (signal) => job.run(signal) };
}
