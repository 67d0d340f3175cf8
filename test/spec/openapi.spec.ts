import { Controller, Get, Param, Res } from '@nestjs/common';
import lint from '@berth/plugin-lint';
import metrics from '@berth/plugin-metrics';
import scrub from '@berth/plugin-scrub';
import search from '@berth/plugin-search';
import sync from '@berth/plugin-sync';
import { definePlugin, type PluginReply, Public } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { routesOf } from '../../src/http/route-list.js';
import { senderTo, useRegistry } from './use-registry.js';

@Public()
@Controller('teams')
class TeamRoutes {
  @Get(':team/usage')
  get(@Param('team') team: string, @Res() reply: PluginReply): void {
    reply.code(200).send({ team });
  }
}

const undescribed = definePlugin({
  name: 'undescribed',
  routes: [TeamRoutes],
  staticFiles: [{ path: 'files', folder: new URL('.', import.meta.url) }],
});

const registry = useRegistry({
  plugins: [
    { plugin: lint },
    { plugin: metrics },
    { plugin: scrub },
    { plugin: search },
    { plugin: sync, section: { registries: [{ urls: ['http://127.0.0.1:9'], onDemand: true }] } },
    { plugin: undescribed },
  ],
});
const send = senderTo(registry);

interface Operation {
  readonly summary?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function document(): Promise<Document> {
  const { status, headers, body } = await send('GET', '/v2/_berth/openapi.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  return JSON.parse(body.toString()) as Document;
}

async function operations(): Promise<[route: string, Operation][]> {
  const { paths } = await document();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

/** A slash at the end makes no other route. */
function comparable(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  const template = path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');
  return `${method} ${template === '/' ? '/' : template.replace(/\/$/, '')}`;
}

describe('the OpenAPI document', () => {
  it('has every route of the server and its plugins, and no other', async () => {
    const real = routesOf(registry().application).map(({ method, url }) => comparable(`${method} ${url}`));
    const documented = (await operations()).map(([route]) => comparable(route));

    expect(documented.toSorted()).toEqual([...new Set(real)].toSorted());
  });

  it('says what each route of the server does, and what its answers mean', async () => {
    for (const [route, { summary, responses, tags }] of await operations()) {
      if (['undescribed', 'sync'].includes(tags[0] ?? '')) continue;
      expect(summary, route).not.toBe(route);
      expect(summary?.length, route).toBeGreaterThan(10);
      expect(Object.keys(responses).length, route).toBeGreaterThan(1);
    }
  });

  it('names every parameter of a path, once', async () => {
    for (const [route, { parameters = [] }] of await operations()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(
        inPath.map(({ name }) => name),
        route,
      ).toEqual([...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(new Set(parameters.map(({ name }) => name)).size, route).toBe(parameters.length);
    }
  });

  it('has the queries of all rows that the specification has for a route', async () => {
    const { paths } = await document();
    const names = paths['/v2/{name}/blobs/uploads/']?.['post']?.parameters?.map(({ name }) => name);

    expect(names).toEqual(['name', 'digest', 'digest-algorithm', 'mount', 'from']);
  });

  it('lists a route that its plugin does not describe', async () => {
    const { paths, openapi } = await document();

    expect(openapi).toBe('3.1.0');
    expect(paths['/v2/_berth/ext/undescribed/teams/{team}/usage']?.['get']?.tags).toEqual(['undescribed']);
    expect(Object.keys(paths)).toContain('/v2/_berth/ext/undescribed/files/{path}');
  });
});
