import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PluginLogger, TraceContext } from '@berth/sdk';
import { expect, it } from 'vitest';
import { SpanRecorder } from './span-recorder.js';
import { TracingConfig } from './tracing.config.js';

class FakeLogger extends PluginLogger {
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(message: string): void {
    this.warnings.push(message);
  }
}

class FakeCounter {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

it('gives up at the end on a collector that does not answer', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
  const config = Object.assign(new TracingConfig(), { endpoint });
  const [logger, sent, failed] = [new FakeLogger(), new FakeCounter(), new FakeCounter()];
  const recorder = new SpanRecorder({ config, logger, spans: { sent, failed }, patience: 100 });
  const span = String(TraceContext.root(true));
  recorder.request({ method: 'GET', route: '/v2', status: 200, duration: 1, repository: undefined, span }, 'id');
  const started = performance.now();

  await recorder.close().catch((cause: unknown) => {
    logger.warn(String(cause));
  });
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(logger.warnings.length).toBeGreaterThan(0);
  expect(sent.value).toBe(0);
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});
