import { anEvent, FakePluginLogger } from '@berth/sdk/testing';
import type { RepositoryName } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { PluginConfig } from './plugin.config.js';
import { PrefixGate } from './prefix.gate.js';
import { Refusals } from './refusals.js';

describe('the gate', () => {
  it.each([
    ['forbidden', 'DENIED'],
    ['forbidden/app', 'DENIED'],
    ['forbidden-fruit', undefined],
    ['team/forbidden', undefined],
  ])('answers %s with %s', async (repository, code) => {
    const [refusals, logger] = [new Refusals(), new FakePluginLogger()];
    const gate = new PrefixGate(new PluginConfig(), refusals, logger);
    const event = anEvent('upload.beforeStart', { repository: repository as RepositoryName });
    const outcome: unknown = await gate.handle(event).catch((error: unknown) => error);
    expect(outcome).toEqual(code === undefined ? undefined : expect.objectContaining({ code }));
    expect([refusals.count, logger.lines.length]).toEqual(code === undefined ? [0, 0] : [1, 1]);
  });
});
