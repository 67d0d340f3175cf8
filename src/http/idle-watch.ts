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
