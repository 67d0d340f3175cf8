import { Transform } from 'node:stream';
import { Notifier } from '@berth/sdk';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AuditLog } from '../logging/audit-log.js';
import { RegistryLogger } from '../logging/registry-logger.js';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import { newFacts } from './request-context.js';
import { RequestRecord } from './request-record.js';

class RecordingNotifier extends Notifier {
  readonly events: unknown[] = [];

  notify(...event: readonly unknown[]): void {
    this.events.push(event);
  }
}

function sink(): { readonly lines: string[]; readonly output: Transform } {
  const lines: string[] = [];
  const transform = (chunk: Buffer, _encoding: string, done: () => void): void => {
    lines.push(chunk.toString());
    done();
  };
  return { lines, output: new Transform({ transform }) };
}

async function recorded(method: 'GET' | 'PUT' | 'HEAD' | 'DELETE', status: number, level = 'info') {
  const [log, audit] = [sink(), sink()];
  const [notifier, meter] = [new RecordingNotifier(), new InMemoryMeter()];
  const record = new RequestRecord(new RegistryLogger(log.output, level), new AuditLog(audit.output), notifier, meter);
  const server = fastify();
  server.decorateRequest('facts');
  server.addHook('onRequest', (request, reply, done) => {
    request.facts = newFacts(reply.raw, 1000);
    request.facts.repository = 'a/b';
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    record.completed(request, reply, true);
    done();
  });
  server.route({ method, url: '/v2/*', handler: (_request, reply) => reply.code(status).send() });
  const headers = { authorization: 'Bearer SECRET', cookie: 'SECRET', 'user-agent': 'test' };
  await server.inject({ method, url: '/v2/a/b/manifests/x?token=SECRET&n=1', headers });
  await server.close();
  return { log: log.lines, audit: audit.lines, events: notifier.events, meter };
}

describe('RequestRecord', () => {
  it('writes one line with the path, and neither query nor headers in it', async () => {
    const { log, audit, events } = await recorded('PUT', 201);
    expect(log).toHaveLength(1);
    expect(JSON.parse(String(log[0]))).toMatchObject({ path: '/v2/a/b/manifests/x', status: 201, repository: 'a/b' });
    expect(JSON.stringify([log, audit, events])).not.toContain('SECRET');
  });

  it('writes nothing below the level of the log, and counts all the same', async () => {
    const { log, meter } = await recorded('GET', 200, 'warn');
    expect(log).toEqual([]);
    expect(meter.snapshot().find(({ name }) => name === 'berth_http_requests_total')?.series).toEqual([
      { labels: { method: 'GET', code: '200' }, value: 1 },
    ]);
  });

  it.each([
    ['PUT', 201],
    ['DELETE', 202],
    ['PUT', 403],
    ['GET', 401],
    ['GET', 403],
    ['GET', 429],
    ['DELETE', 405],
  ] as const)('audits %s answered with %i', async (method, status) => {
    expect((await recorded(method, status)).audit).toHaveLength(1);
  });

  it.each([
    ['GET', 200],
    ['HEAD', 404],
    ['PUT', 400],
    ['PUT', 500],
  ] as const)('does not audit %s answered with %i', async (method, status) => {
    expect((await recorded(method, status)).audit).toEqual([]);
  });

  it('tells listeners of the route, not of the path', async () => {
    const { events } = await recorded('GET', 200);
    expect(events).toEqual([
      [
        'request.completed',
        expect.objectContaining({ route: '/v2/*', status: 200, repository: 'a/b' }),
        expect.anything(),
      ],
    ]);
  });
});
