import { NestFactory } from '@nestjs/core';
import { AppModule, type Foundations } from './app.module.js';
import { type FailedPlugin, isIndispensable, type LoadedPlugin, type Plugins } from './plugin-host/loaded-plugin.js';
import { PluginError } from './plugin-host/plugin-error.js';
import { preparePlugins } from './plugin-host/prepare-plugins.js';
import { PluginLoadError } from './plugin-host/plugin-load-error.js';

/**
 * Builds the server with each plugin alone, to see which of them can be constructed, and gives those with the reasons of the others. It
 * does not touch the data.
 *
 * @throws PluginLoadError with everything that is wrong where one of the others cannot be done without
 */
export async function tryPlugins(foundations: Foundations): Promise<Plugins> {
  const { plugins } = foundations;
  const loaded: LoadedPlugin[] = [];
  const failed: FailedPlugin[] = [];
  const errors: PluginError[] = [];
  for (const plugin of plugins.loaded) {
    const beside = plugins.loaded.filter((other) => other !== plugin);
    const error = await tryAlone(plugin, beside, foundations);
    if (!error) loaded.push(plugin);
    else if (isIndispensable(plugin)) errors.push(error);
    else failed.push({ name: plugin.name, error });
  }
  if (errors.length > 0) throw new PluginLoadError([...errors, ...failed.map(({ error }) => error)], []);
  return { ...plugins, loaded, failed: [...plugins.failed, ...failed] };
}

async function tryAlone(
  plugin: LoadedPlugin,
  beside: readonly LoadedPlugin[],
  foundations: Foundations,
): Promise<PluginError | undefined> {
  const alone = { ...foundations, plugins: { loaded: [plugin], failed: [], disabled: [], beside } };
  try {
    const context = await NestFactory.createApplicationContext(AppModule.over(alone), {
      logger: foundations.logger,
      abortOnError: false,
    });
    try {
      preparePlugins(context);
    } finally {
      await context.close();
    }
    return undefined;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new PluginError(plugin.name, 'construction', `it cannot be used: ${message}`, { cause });
  }
}
