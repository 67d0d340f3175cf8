import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes `socket` where it is silent for `timeout` milliseconds, until the result is disposed of. Only a transfer is watched:
 * between requests, and while the server itself works, silence means nothing.
 */
export function watchIdle(socket: Socket, timeout: number): Disposable {
  const close = (): void => {
    socket.destroy(new Error(`Silent for ${String(timeout)} ms.`));
  };
  socket.setTimeout(timeout, close);
  return {
    [Symbol.dispose]: () => {
      socket.setTimeout(0, close);
    },
  };
}

/** What fits in the buffers between two kernels leaves at once, whatever the client does. Bytes. */
const LEAVES_AT_ONCE = 64 * 1024;

/** Watches the rest of an answer whose last byte has been handed over, until the client has taken it. */
export function watchRest(response: ServerResponse, timeout: number): void {
  if (response.writableFinished || response.writableLength < LEAVES_AT_ONCE || !response.socket) return;
  const watch = watchIdle(response.socket, timeout);
  // Before Node's own listener, which starts to count the time between requests.
  response.prependOnceListener('finish', () => {
    watch[Symbol.dispose]();
  });
}

/** Cuts an answer that is not whole `timeout` milliseconds from now; 0 or `undefined`: never. */
export function boundWhole(response: ServerResponse, timeout: number | undefined): void {
  if (!timeout) return;
  const timer = setTimeout(() => response.destroy(), timeout);
  response.once('close', () => {
    clearTimeout(timer);
  });
}
