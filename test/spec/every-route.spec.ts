import { Controller, Get, Res } from '@nestjs/common';
import { definePlugin, type PluginReply, Public, Requires } from '@berth/sdk';
import lint from '@berth/plugin-lint';
import metrics from '@berth/plugin-metrics';
import scrub from '@berth/plugin-scrub';
import search from '@berth/plugin-search';
import sync from '@berth/plugin-sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../src/http/route-list.js';
import { GuardedRegistry } from './guarded.js';
import { where, WHERE_PATH } from './where-plugin.js';

/** What may be had without saying who one is. Every other route is for those who are known, or denied. */
const PUBLIC = new Set([
  'GET /',
  'GET /livez',
  'GET /readyz',
  'GET /startupz',
  'GET /v2/_zot/ext/mgmt',
  `GET ${WHERE_PATH}`,
]);
/** Gives out tokens to nobody known too: what they are good for is what nobody known may. */
const LOGIN = new Set([
  'HEAD /auth/token',
  'GET /auth/token',
  'POST /auth/token',
  'HEAD /zot/auth/token',
  'GET /zot/auth/token',
  'POST /zot/auth/token',
]);

const guarded = new GuardedRegistry(['admin']);

beforeAll(() =>
  guarded.start(
    {},
    {
      plugins: [
        { plugin: where },
        { plugin: metrics },
        { plugin: scrub },
        { plugin: lint },
        { plugin: search },
        { plugin: sync, section: { registries: [{ urls: ['http://127.0.0.1:9'], onDemand: true }] } },
      ],
    },
  ),
);
afterAll(() => guarded.close());

abstract class Shared {
  @Get()
  list(@Res() reply: PluginReply): void {
    reply.code(200).send({});
  }
}

@Public()
@Controller('open')
class OpenRoutes extends Shared {}

@Requires('see')
@Controller('closed')
class ClosedRoutes extends Shared {}

const twins = definePlugin({
  name: 'twins',
  routes: [OpenRoutes, ClosedRoutes],
  permissions: [{ name: 'see', description: 'see what is closed' }],
});

describe('two controllers of a plugin that inherit one handler', () => {
  const own = new GuardedRegistry([]);
  beforeAll(() => own.start({}, { plugins: [{ plugin: twins }] }));
  afterAll(() => own.close());

  it('are each for whom they say themselves, whichever was asked first', async () => {
    const statusOf = async (name: string): Promise<number> =>
      (await own.send('GET', `/v2/_berth/ext/twins/${name}`)).status;
    expect([await statusOf('open'), await statusOf('closed'), await statusOf('open')]).toEqual([200, 401, 200]);
  });
});

describe('every route of the server', () => {
  it('refuses who does not say who they are, but for those that are public', async () => {
    const routes = routesOf(guarded.registry.application).map(({ method, url }) => ({ method, url }));
    expect(routes.length).toBeGreaterThan(25);
    const answers = await Promise.all(
      routes.map(async ({ method, url }) => {
        const { status } = await guarded.send(method, url.replaceAll(/:\w+|\*/g, 'x'));
        return [`${method} ${url}`, status] as const;
      }),
    );
    const open = answers.filter(([, status]) => status !== 401).map(([route]) => route);
    expect(open.filter((route) => !PUBLIC.has(route) && !LOGIN.has(route))).toEqual([]);
  });

  it('is public only where this list says so', async () => {
    for (const route of PUBLIC) {
      const [method = '', path = ''] = route.split(' ');
      expect((await guarded.send(method, path)).status, route).not.toBe(401);
    }
  });
});
