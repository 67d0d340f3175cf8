import { describe, expect, it } from 'vitest';
import { ResponseParser } from './response-parser.ts';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-Name: value\r\n\r\nhello world';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;name=x\r\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n';

/** Feeds the response in pieces of a fixed length and expects it complete with the last piece, not earlier. */
function readInPieces(response: string, length: number, withoutBody = false) {
  const parser = new ResponseParser();
  parser.expect(withoutBody);
  let body = '';
  for (let offset = 0; offset < response.length; offset += length) {
    const piece = Buffer.from(response.slice(offset, offset + length), 'latin1');
    const read = parser.read(piece, (bytes) => {
      body += bytes.toString('latin1');
    });
    const isLast = offset + length >= response.length;
    expect(read !== undefined).toBe(isLast);
    if (read !== undefined) return { read, body };
  }
  throw new Error('never complete');
}

describe('ResponseParser', () => {
  it.each([SIZED, CHUNKED])('reads the same answer however it is cut: %j', (response) => {
    for (let length = 1; length <= response.length; length += 1) {
      const { read, body } = readInPieces(response, length);
      expect({ status: read.status, length: read.bodyLength, body }).toEqual({
        status: 200,
        length: 11,
        body: 'hello world',
      });
    }
  });

  it('finds headers whatever their case', () => {
    expect(readInPieces(SIZED, 1000).read.header('x-name')).toBe('value');
    expect(readInPieces(SIZED, 1000).read.header('x-other')).toBeUndefined();
  });

  it('awaits no body after HEAD, though a length is announced', () => {
    const { read } = readInPieces('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n', 7, true);
    expect(read.bodyLength).toBe(0);
  });

  it.each(['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n'])(
    'completes an answer without a body with its head: %j',
    (response) => {
      expect(readInPieces(response, 5).read.bodyLength).toBe(0);
    },
  );

  it('refuses bytes beyond the answer', () => {
    const parser = new ResponseParser();
    parser.expect(false);
    expect(() => parser.read(Buffer.from(`${SIZED}!`), undefined)).toThrow('more than the response announced');
  });
});
