/** As `work`, or rejects as soon as `signal` aborts: what others may wait for too goes on. */
export async function within<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => {
    given.reject(signal.reason as Error);
  };
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  // It may fail after everybody has left.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
