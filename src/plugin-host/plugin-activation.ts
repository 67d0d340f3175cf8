import { type DynamicModule, Injectable, type Type } from '@nestjs/common';
import type { HealthProbe, HookHandler, HookName, PluginJob } from '@berth/sdk';
import { Readiness } from '../health/readiness.js';
import { RepositoryResolution } from '../http/repository-resolution.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { HookRegistry } from './hook-registry.js';
import { PluginCommands } from './plugin-commands.js';
import { PluginReload } from './plugin-reload.js';
import type { PluginModules } from './plugin-module.factory.js';

/** Gives the one instance of a class that a module provides. */
export type InstanceOf = <Instance>(module: DynamicModule, type: Type<Instance>) => Instance;

/** Runs at most so long, unless the job says otherwise, in milliseconds. */
const JOB_TIMEOUT = 3_600_000;

/** Hands what plugins contribute to those who use it, in the order of the configuration. */
@Injectable()
export class PluginActivation {
  constructor(
    private readonly hooks: HookRegistry,
    private readonly jobs: JobScheduler,
    private readonly readiness: Readiness,
    private readonly reloads: PluginReload,
    private readonly commands: PluginCommands,
    private readonly resolution: RepositoryResolution,
  ) {}

  /** What can be asked for before the data is open. */
  addCommands({ plugin: { plugin }, main }: PluginModules, instanceOf: InstanceOf): void {
    for (const command of plugin.commands ?? []) this.commands.add(instanceOf(main, command));
  }

  /** The rest, once the plugin's own tables are there. */
  activate({ plugin: { name, plugin }, main }: PluginModules, instanceOf: InstanceOf): void {
    for (const [hook, classes] of Object.entries(plugin.hooks ?? {})) {
      for (const handler of [classes].flat() as Type<HookHandler<HookName>>[]) {
        this.hooks.add(hook as HookName, name, instanceOf(main, handler));
      }
    }
    for (const job of plugin.jobs ?? []) this.#addJob(name, instanceOf(main, job));
    if (plugin.repositoryResolver) this.resolution.use(instanceOf(main, plugin.repositoryResolver));
    if (plugin.reconfigure) this.reloads.add(name, instanceOf(main, plugin.reconfigure));
    for (const probe of plugin.health ?? []) this.#addProbe(name, instanceOf(main, probe));
  }

  #addJob(plugin: string, job: PluginJob): void {
    const { name, schedule, timeout = JOB_TIMEOUT } = job;
    this.jobs.add({
      name: `${plugin}.${name}`,
      schedule,
      timeout,
      run: (signal) => job.run(signal),
    });
  }

  #addProbe(plugin: string, probe: HealthProbe): void {
    const { name, critical } = probe;
    this.readiness.add({ name: `${plugin}.${name}`, critical, check: (signal) => probe.check(signal) });
  }
}
