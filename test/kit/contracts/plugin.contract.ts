import {
  contractOf,
  CONTRACT_VERSION,
  HOOK_KINDS,
  type HookName,
  isSameSdk,
  type Plugin,
  RegistryError,
  routeAccessOf,
  type Section,
} from '@berth/sdk';
import { anEvent, FakeContext } from '@berth/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestRegistry, type TestRegistry } from '../test-registry.js';

export interface PluginSubject {
  readonly plugin: Plugin;
  /** A section that is valid; absent: `{}`. */
  readonly section?: Section;
}

interface Handler {
  handle(event: unknown, context: FakeContext): Promise<unknown>;
}

/** What holds of every plugin that a server takes. Call it in a spec. */
export function describePlugin({ plugin, section = {} }: PluginSubject): void {
  describe(`the plugin ${plugin.name}`, () => {
    let registry: TestRegistry;

    beforeAll(async () => {
      registry = await createTestRegistry({ plugins: [{ plugin, section }] });
    });

    afterAll(() => registry.close());

    it('was made by definePlugin for the contract of this SDK', () => {
      expect([contractOf(plugin), isSameSdk(plugin)]).toEqual([CONTRACT_VERSION, true]);
    });

    it('has a name of lower-case words joined by dashes', () => {
      expect(plugin.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    });

    it('is enabled on a server', async () => {
      const { body } = await registry.request('GET', '/v2/_oci/ext/discover');
      const { extensions } = JSON.parse(body.toString()) as { readonly extensions: readonly Section[] };
      expect(extensions.find(({ name }) => name === plugin.name)).toMatchObject({ state: 'enabled' });
    });

    it('takes no key that its section does not know', async () => {
      const given = { plugin, section: { ...section, 'no-such-key': 1 } };
      await expect(createTestRegistry({ plugins: [given] })).rejects.toThrow('no-such-key');
    });

    it('declares of every route who may call it, by a permission that it has', () => {
      const permissions = new Set(plugin.permissions?.map(({ name }) => name));
      for (const { controller, handler, route } of routesOf(plugin)) {
        const access = routeAccessOf(controller, handler);
        expect(access, `${route} declares neither @Requires nor @Public`).toBeDefined();
        if (access?.kind === 'permission') expect([...permissions], route).toContain(access.permission);
      }
    });

    const hooks = Object.keys(plugin.hooks ?? {}) as HookName[];

    it.skipIf(hooks.length === 0).each(hooks)(
      'takes a sample of %s, or refuses it with a RegistryError',
      async (name) => {
        for (const type of [plugin.hooks?.[name] ?? []].flat()) {
          const handler = registry.application.get<Handler>(type, { strict: false });
          const outcome = await handler.handle(anEvent(name), new FakeContext()).catch((error: unknown) => error);
          if (outcome instanceof Error)
            expect([HOOK_KINDS[name], outcome]).toEqual(['gate', expect.any(RegistryError)]);
        }
      },
    );
  });
}

interface DeclaredRoute {
  readonly controller: object;
  readonly handler: object;
  readonly route: string;
}

function routesOf({ routes = [] }: Plugin): DeclaredRoute[] {
  return routes.flatMap((route) => {
    const controller = typeof route === 'function' ? route : route.controller;
    const prototype = controller.prototype as object;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler: unknown = Reflect.get(prototype, name);
      const isRoute = typeof handler === 'function' && Reflect.hasMetadata('method', handler);
      return isRoute ? [{ controller, handler, route: `${controller.name}.${name}` }] : [];
    });
  });
}
