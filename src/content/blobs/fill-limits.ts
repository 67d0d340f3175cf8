/** What a fetch from an upstream may take. A test sets its own. */
export class FillLimits {
  /** An upstream that says nothing for so long has broken off. Milliseconds. */
  idleTimeout = 15_000;
  /** Milliseconds before each attempt to go on with a transfer that broke off; as many attempts where none brings a byte. */
  retryDelays: readonly number[] = [100, 500, 2000];
  /** Attempts for one blob in all, also where each brings something. */
  retries = 20;
  /** How much of a blob that cannot be stored is kept in memory for those who read it. Bytes. */
  windowBytes = 4 * 1024 * 1024;
  /** Who takes nothing for so long is left behind where the others have to wait for it. Milliseconds. */
  stallTime = 10_000;
}
