import { Controller, Get, Inject, Injectable, Post, Req, Res } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterEach, describe, expect, it } from 'vitest';
import {
  definePlugin,
  type HookEvents,
  type HookHandler,
  Meter,
  PluginLogger,
  type PluginReply,
  type PluginRequest,
  Public,
  RegistryError,
  Requires,
} from '@berth/sdk';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';

class GuardConfig {
  @IsString()
  forbidden = 'secret';
}

@Injectable()
class NameGate implements HookHandler<'upload.beforeStart'> {
  constructor(
    private readonly config: GuardConfig,
    private readonly meter: Meter,
    private readonly logger: PluginLogger,
  ) {}

  async handle({ repository }: HookEvents['upload.beforeStart']): Promise<void> {
    this.meter.counter({ name: 'asked_total', help: 'Asked.' }).add();
    if (!repository.includes(this.config.forbidden)) return;
    this.logger.info('refused', { repository });
    throw new RegistryError('DENIED', { detail: { forbidden: this.config.forbidden } });
  }
}

@Controller()
class GuardRoutes {
  constructor(@Inject(GuardConfig) private readonly config: GuardConfig) {}

  @Get()
  @Public()
  get(@Res() reply: PluginReply): void {
    reply.code(200).send({ forbidden: this.config.forbidden });
  }

  @Get('blobs/:id')
  @Requires('read')
  blob(@Req() request: PluginRequest, @Res() reply: PluginReply): void {
    reply.code(200).send({ url: request.url });
  }

  @Post('undeclared')
  undeclared(@Res() reply: PluginReply): void {
    reply.code(200).send();
  }
}

@Controller()
@Public()
class GreetingRoutes {
  @Get()
  get(@Res() reply: PluginReply): void {
    reply.code(200).send({});
  }
}

const guard = definePlugin({
  name: 'name-guard',
  description: 'Forbids names',
  config: GuardConfig,
  hooks: { 'upload.beforeStart': NameGate },
  routes: [GuardRoutes],
  permissions: [{ name: 'read', description: 'see what it does' }],
});

let registry: TestRegistry | undefined;

afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

async function served(section?: Record<string, unknown>): Promise<TestRegistry> {
  return (registry = await createTestRegistry({ plugins: [{ plugin: guard, ...(section && { section }) }] }));
}

describe('a plugin on a server', () => {
  it('refuses through its gate what its configuration says', async () => {
    const { request, logLines } = await served({ forbidden: 'private' });
    expect((await request('POST', '/v2/team/app/blobs/uploads/')).status).toBe(202);
    const refused = await request('POST', '/v2/team/private/blobs/uploads/');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body.toString())).toMatchObject({
      errors: [{ code: 'DENIED', detail: { forbidden: 'private' } }],
    });
    expect(logLines.all).toContainEqual(expect.objectContaining({ plugin: 'name-guard', msg: 'refused' }));
  });

  it('answers its routes below its name, and only those it has declared access for', async () => {
    const { request } = await served();
    const answer = await request('GET', '/v2/_berth/ext/name-guard');
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([200, { forbidden: 'secret' }]);
    expect((await request('GET', '/v2/_berth/ext/name-guard/blobs/x')).status).toBe(200);
    const undeclared = await request('POST', '/v2/_berth/ext/name-guard/undeclared');
    expect(undeclared.status).toBe(403);
  });

  it('is told of by discovery', async () => {
    const { request } = await served();
    const { body } = await request('GET', '/v2/_oci/ext/discover');
    expect(JSON.parse(body.toString())).toMatchObject({
      extensions: [{ name: 'name-guard', state: 'enabled', url: '/v2/_berth/ext/name-guard' }],
    });
  });

  it('names its numbers after itself', async () => {
    const registry = await served();
    const { request } = registry;
    await request('POST', '/v2/team/app/blobs/uploads/');
    const names = registry.numbers.map(({ name }) => name);
    expect(names).toContain('berth_name_guard_asked_total');
  });

  it('does not start with a section that breaks its rules', async () => {
    await expect(served({ forbidden: 5, forbiden: 'x' })).rejects.toThrow(/extensions.name-guard.forbiden/);
  });
});

describe('a plugin whose tables cannot be migrated', () => {
  const migrations = { '0001-broken': { up: () => Promise.reject(new Error('no such column')) } };

  @Injectable()
  class NewsListener implements HookHandler<'upload.started'> {
    handle(): Promise<void> {
      return Promise.reject(new Error('it must not be told of anything'));
    }
  }

  it('is done without where it guards nothing: it is told nothing, and its routes answer 503', async () => {
    const hooks = { 'upload.started': NewsListener };
    const broken = definePlugin({ name: 'broken', migrations, hooks, routes: [GreetingRoutes] });
    registry = await createTestRegistry({ plugins: [{ plugin: broken }] });
    const { request } = registry;
    expect((await request('POST', '/v2/team/app/blobs/uploads/')).status).toBe(202);
    expect((await request('GET', '/v2/_berth/ext/broken')).status).toBe(503);
    const { body } = await request('GET', '/v2/_oci/ext/discover');
    expect(JSON.parse(body.toString())).toMatchObject({ extensions: [{ name: 'broken', state: 'failed' }] });
    expect(registry.logLines.all).toContainEqual(expect.objectContaining({ plugin: 'broken', level: 50 }));
    expect(registry.numbers.find(({ name }) => name === 'berth_hook_failures_total')?.series).toEqual([]);
  });

  it('ends the start where it has a gate', async () => {
    const broken = definePlugin({
      name: 'broken',
      config: GuardConfig,
      migrations,
      hooks: { 'upload.beforeStart': NameGate },
    });
    registry = await createTestRegistry({ plugins: [{ plugin: broken }], isOpen: false });
    await expect(registry.open()).rejects.toThrow(/0001-broken/);
  });
});
