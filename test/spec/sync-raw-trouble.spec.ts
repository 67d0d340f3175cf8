import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endlessly, RawUpstream } from './raw-upstream.js';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { mirrorWith } = useSync();
const image = anImage().build();
const [, layer = expect.fail()] = image.blobs;
const PATH = 'team/app/manifests/v1';
const BLOB = `team/app/blobs/${layer.digest}`;
const OK = 'HTTP/1.1 200 OK\r\n';
const TYPE = `content-type: ${image.mediaType}\r\n`;

let from: RawUpstream;

beforeEach(async () => {
  from = await RawUpstream.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await from.close();
});

function mirror(): Promise<TestRegistry> {
  return mirrorWith({
    registries: [{ urls: [`http://${from.host}`], onDemand: true, responseHeaderTimeout: '500ms' }],
  });
}

/** A registry without fault, for the image alone. */
function honest(socket: Socket, head: string): void {
  if (head.startsWith('GET /token')) {
    socket.write(`${OK}content-length: 13\r\n\r\n{"token":"t"}`);
    return;
  }
  const isBlob = head.includes('/blobs/');
  const body = isBlob ? layer.bytes : image.manifest;
  const type = isBlob ? 'content-type: application/octet-stream\r\n' : TYPE;
  const digest = `docker-content-digest: ${isBlob ? layer.digest : image.digest}\r\n`;
  socket.write(`${OK}${type}${digest}content-length: ${String(body.byteLength)}\r\n\r\n`);
  if (!head.startsWith('HEAD')) socket.write(body);
}

const tokenless = (socket: Socket, head: string, token: (socket: Socket) => void): void => {
  if (head.startsWith('GET /token')) token(socket);
  else
    socket.write(
      `HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer realm="http://${from.host}/token"\r\ncontent-length: 0\r\n\r\n`,
    );
};

/** What goes wrong below the answers that HTTP knows, for whatever is asked. */
const TROUBLES: readonly (readonly [string, (socket: Socket, head: string) => void])[] = [
  ['hangs up without an answer', (socket) => socket.destroy()],
  ['speaks no HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n')],
  [
    'never ends its headers',
    (socket) => {
      socket.write(OK);
      endlessly(socket, `x: ${'y'.repeat(1000)}\r\n`);
    },
  ],
  ['sends its headers slower than anybody waits', (socket) => void socket.write('HTTP/1.1 200 OK\r\nx-')],
  ['hangs up in the midst of its headers', (socket) => socket.end(`${OK}content-len`)],
  ['answers with a length that is none', (socket) => socket.end(`${OK}content-length: many\r\n\r\n`)],
  [
    'redirects to itself for ever',
    (socket) => void socket.write('HTTP/1.1 302 Found\r\nlocation: /v2/\r\ncontent-length: 0\r\n\r\n'),
  ],
  [
    'gives a token that never ends',
    (socket, head) => {
      tokenless(socket, head, (one) => {
        one.write(`${OK}content-type: application/json\r\n\r\n{"token":"`);
        endlessly(one, 'a'.repeat(65_536));
      });
    },
  ],
  [
    'gives a token of 100 KB, and does not take it',
    (socket, head) => {
      tokenless(socket, head, (one) => {
        const body = JSON.stringify({ token: 'a'.repeat(100_000) });
        one.write(`${OK}content-length: ${String(body.length)}\r\n\r\n${body}`);
      });
    },
  ],
];

/** What goes wrong once an answer has begun well: nothing that HEAD would show. */
const BROKEN_BODIES: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['hangs up after its headers', (socket) => socket.end(`${OK}${TYPE}content-length: 100\r\n\r\n`)],
  ['hangs up in the midst of the body', (socket) => socket.end(`${OK}${TYPE}content-length: 100\r\n\r\n{"schema`)],
  [
    'ends a chunked body in the midst of a chunk',
    (socket) => socket.end(`${OK}${TYPE}transfer-encoding: chunked\r\n\r\nff\r\nshort`),
  ],
];

describe('what is not held, where the upstream', () => {
  it.each([...TROUBLES, ...BROKEN_BODIES])('%s, is an error soon, for a manifest and a blob', async (_, say) => {
    from.say = say;
    const registry = await mirror();
    for (const path of [PATH, BLOB]) {
      const began = performance.now();
      const { status, body } = await pull(registry, path);
      expect([502, 504]).toContain(status);
      expect(body.toString()).toContain(from.host);
      expect(performance.now() - began).toBeLessThan(3000);
    }
    from.say = honest;
    registry.clock.advance(10_000);
    expect((await pull(registry, PATH)).body).toEqual(image.manifest);
    expect((await pull(registry, BLOB)).body).toEqual(layer.bytes);
  });

  it('gives a manifest of more than 4 MiB without its length, is an error, and the rest is not read', async () => {
    let sent = 0;
    from.say = (socket) => {
      socket.write(`${OK}${TYPE}\r\n`);
      endlessly(socket, ' '.repeat(65_536));
      socket.on('close', () => (sent = socket.bytesWritten));
    };
    const registry = await mirror();
    expect((await pull(registry, PATH)).status).toBe(502);
    await expect.poll(() => sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('gives a manifest byte by byte, is 504 after ten seconds', async () => {
    from.say = (socket) => void socket.write(`${OK}${TYPE}content-length: 1000\r\n\r\n{`);
    const registry = await mirror();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pulled = pull(registry, PATH);
    await vi.waitFor(() => {
      expect(from.requests).toHaveLength(1);
    });
    // Its answer has to have come before its body may be late.
    for (let step = 0; step < 60; step++) await vi.advanceTimersByTimeAsync(200);
    expect((await pulled).status).toBe(504);
  });
});

describe('a tag that is held, where past its window the upstream', () => {
  it.each(TROUBLES)('%s, is served within two seconds, at once from the fourth time on', async (_, say) => {
    from.say = honest;
    const registry = await mirror();
    expect((await pull(registry, PATH)).status).toBe(200);
    registry.clock.advance(WINDOW);
    from.say = say;
    for (let pulls = 1; pulls <= 5; pulls++) {
      const began = performance.now();
      expect(await pull(registry, PATH)).toMatchObject({ status: 200, body: image.manifest, warning: STALE });
      expect(performance.now() - began).toBeLessThan(pulls > 3 ? 500 : 2000);
    }
  });
});

describe('a manifest that its upstream redirects to another host', () => {
  it('is fetched there without the credentials of the upstream', async () => {
    const elsewhere = await RawUpstream.start();
    elsewhere.say = honest;
    from.say = (socket, head) => {
      if (head.includes('authorization: Basic'))
        socket.write(
          `HTTP/1.1 307 Temporary Redirect\r\nlocation: http://${elsewhere.host}/v2/${PATH}\r\ncontent-length: 0\r\n\r\n`,
        );
      else socket.write('HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm="x"\r\ncontent-length: 0\r\n\r\n');
    };
    const folder = await mkdtemp(join(tmpdir(), 'berth-sync-'));
    const credentialsFile = join(folder, 'credentials.json');
    await writeFile(credentialsFile, JSON.stringify({ [from.host]: { username: 'mirror', password: 'secret' } }));
    const registries = [{ urls: [`http://${from.host}`], onDemand: true }];
    const registry = await mirrorWith({ registries, credentialsFile });
    expect((await pull(registry, PATH)).status).toBe(200);
    expect(elsewhere.requests).toHaveLength(1);
    expect(elsewhere.requests.join()).not.toMatch(/authorization/i);
    await elsewhere.close();
    await rm(folder, { recursive: true });
  });
});
