import { afterAll, describe, expect, it } from 'vitest';
import { ExpressionEvaluator } from './expression-evaluator.js';
import type { ExpressionAnswer, ExpressionFacts } from './expression-messages.js';

/** Long enough for a machine that is busy with other tests. */
const LIMIT = 30_000;
const NEVER = new AbortController().signal;

describe('ExpressionEvaluator', () => {
  const evaluator = new ExpressionEvaluator();
  afterAll(() => evaluator.onApplicationShutdown());

  const evaluate = (
    expression: string,
    facts: Partial<ExpressionFacts> = {},
    limit = LIMIT,
  ): Promise<ExpressionAnswer> => evaluator.evaluate({ expression, facts: { ...FACTS, ...facts } }, limit, NEVER);

  it.each([
    ['manifest.schemaVersion == 2'],
    ['manifest.layers.all(layer, layer.size <= 100)'],
    ['config.config.User != "root"'],
    ['annotations["org.opencontainers.image.source"].startsWith("https://")'],
    ['labels.team == "core"'],
    ['repository == "team/app"'],
    ['reference == "1.2"'],
    ['tag.matches("^[0-9.]+$")'],
    ['actor == "ann"'],
    ['"linux/arm64" in platforms'],
    ['size < 1000'],
    ['!has(annotations.toString)'],
  ])('knows that %s', async (expression) => {
    expect(await evaluate(expression)).toEqual({ outcome: 'holds', holds: true });
  });

  it('says false for what does not hold', async () => {
    expect(await evaluate('size > 1000')).toEqual({ outcome: 'holds', holds: false });
  });

  it('wants an expression to hold for every tag', async () => {
    expect(await evaluate('tag != "latest"', { tags: ['1.0', 'latest'] })).toEqual({ outcome: 'holds', holds: false });
  });

  it('fails with the reason where a key is missing, and where there is no truth value', async () => {
    expect(await evaluate('labels.none == "x"')).toEqual({ outcome: 'failed', reason: 'No such key: none' });
    expect(await evaluate('manifest.schemaVersion')).toMatchObject({ outcome: 'failed' });
  });

  it('knows an empty configuration where there is none', async () => {
    expect(await evaluate('!has(config.os)', { config: undefined })).toEqual({ outcome: 'holds', holds: true });
  });

  it('ends nested loops over long lists at the time limit, and evaluates the next as if nothing had been', async () => {
    const bomb = `${'manifest.list.all(a, '.repeat(4)}manifest.list.size() > 0${')'.repeat(4)}`;
    const manifest = bytesOf({ list: Array.from({ length: 10_000 }, (_, at) => at) });
    await evaluate('true');
    const started = performance.now();
    expect(await evaluate(bomb, { manifest }, 200)).toEqual({
      outcome: 'failed',
      reason: 'it took longer than 200 ms',
    });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await evaluate('size < 1000')).toEqual({ outcome: 'holds', holds: true });
  });

  it('ends a regular expression that backtracks without end', async () => {
    await evaluate('true');
    const annotations = { text: 'a'.repeat(60) };
    const answer = await evaluate('annotations.text.matches("^(a+)+b$")', { annotations }, 200);
    expect(answer).toEqual({ outcome: 'failed', reason: 'it took longer than 200 ms' });
  });

  it('ends what takes all memory, without the process', async () => {
    const bomb = `[${'1, '.repeat(50)}1].map(a, annotations.text.split("")).size() > 0`;
    const answer = await evaluate(bomb, { annotations: { text: 'a'.repeat(1_000_000) } });
    expect(answer).toEqual({ outcome: 'failed', reason: 'it needed more than 192 MiB of memory' });
  }, 60_000);

  it('keeps the event loop free while an expression runs', async () => {
    await evaluate('true');
    const bomb = `${'manifest.list.all(a, '.repeat(4)}true${')'.repeat(4)}`;
    const manifest = bytesOf({ list: Array.from({ length: 1000 }, (_, at) => at) });
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await evaluate(bomb, { manifest }, 300);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(20);
  });

  it('evaluates what is asked at once one after the other', async () => {
    const answers = await Promise.all(['size > 0', 'size < 0', 'size == 60'].map((expression) => evaluate(expression)));
    expect(answers.map((answer) => answer.outcome === 'holds' && answer.holds)).toEqual([true, false, true]);
  });

  it('rejects without evaluating where nobody waits any more', async () => {
    const question = { expression: 'true', facts: FACTS };
    await expect(evaluator.evaluate(question, LIMIT, AbortSignal.abort())).rejects.toThrow();
  });
});

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const FACTS: ExpressionFacts = {
  manifest: bytesOf({ schemaVersion: 2, layers: [{ size: 10 }, { size: 50 }] }),
  config: JSON.stringify({ os: 'linux', config: { User: 'app' } }),
  annotations: { 'org.opencontainers.image.source': 'https://git.example/app' },
  labels: { team: 'core' },
  repository: 'team/app',
  reference: '1.2',
  tags: ['1.2'],
  actor: 'ann',
  platforms: ['linux/arm64'],
  size: 60,
};
