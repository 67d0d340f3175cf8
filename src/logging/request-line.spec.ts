import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type RequestLine, requestLine } from './request-line.js';

const line: RequestLine = {
  requestId: 'r-1',
  method: 'GET',
  path: '/v2/library/app/manifests/latest',
  status: 200,
  duration: 1.23456,
  bytes: 1100,
  address: '127.0.0.1',
  userAgent: undefined,
  actor: undefined,
  repository: 'library/app',
  reference: 'latest',
  digest: undefined,
};

/** What pino writes of the same. */
function pinoLine(fields: RequestLine): Record<string, unknown> {
  const output = new PassThrough();
  const duration = Math.round(fields.duration * 1000) / 1000;
  pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, output).info({ ...fields, duration }, 'request');
  return JSON.parse(String(output.read())) as Record<string, unknown>;
}

describe('the line of a request', () => {
  it.each([
    ['with what is known', line],
    ['with quotes, line ends and lone surrogates', { ...line, userAgent: 'a"b\\c\n\u0000\ud800', reference: '"}\n{' }],
    ['with everything', { ...line, actor: 'ann', userAgent: 'containerd/2.0', digest: 'sha256:00' }],
  ])('is what pino writes, %s', (_, fields) => {
    const written = requestLine(fields);
    expect(written.match(/\n/g)).toHaveLength(1);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
    expect(JSON.parse(written)).toEqual({ ...pinoLine(fields), time });
  });
});
