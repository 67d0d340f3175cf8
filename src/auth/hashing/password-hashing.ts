import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { FairQueue } from './fair-queue.js';
import { HashingThread } from './hashing-thread.js';
import type { PasswordHash } from './password-hash.js';
import type { PasswordVerifier } from './password-verifier.js';

/** How many may wait for a thread: half a minute of bcrypt with cost 10 on two cores. */
const WAITING_AT_MOST = 1000;
/** How long a thread stays without work. Milliseconds. */
const IDLE_TIME = 30_000;

export interface PasswordHashingOptions {
  /** How many threads; one for each core where absent. */
  readonly threads?: number;
  /** How many may wait for one. Default 1000. */
  readonly waiting?: number;
  /** How long a thread stays without work, in milliseconds. Default 30 s. */
  readonly idleTime?: number;
  /** A seam for tests. */
  readonly startWorker?: (file: URL) => Worker;
}

interface Job extends PromiseWithResolvers<boolean> {
  readonly password: string;
  readonly hash: PasswordHash;
}

/**
 * Computes hashes of passwords in threads of its own, as many at once as there are cores, so that neither the event loop nor those who
 * read files wait. There is no thread before the first password, and none is left some time after the last.
 */
export class PasswordHashing implements PasswordVerifier {
  readonly #size: number;
  readonly #idleTime: number;
  readonly #startWorker: PasswordHashingOptions['startWorker'];
  /** A lane for each hash: many guesses at one user hold up no other. */
  readonly #queue: FairQueue<PasswordHash, Job>;
  readonly #threads = new Set<HashingThread>();
  /** The one that worked last is the last, and works next, so that those that are not needed end. */
  readonly #resting: HashingThread[] = [];
  #isClosed = false;

  constructor({ threads, waiting, idleTime, startWorker }: PasswordHashingOptions = {}) {
    this.#size = threads ?? Math.max(1, availableParallelism());
    this.#queue = new FairQueue(waiting ?? WAITING_AT_MOST);
    this.#idleTime = idleTime ?? IDLE_TIME;
    this.#startWorker = startWorker;
  }

  /** How many threads there are now. */
  get threads(): number {
    return this.#threads.size;
  }

  async verify(password: string, hash: PasswordHash, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new Error('passwords are not checked any more: the server stops');
    const job: Job = { password, hash, ...Promise.withResolvers<boolean>() };
    const giveUp = (): void => {
      this.#queue.remove(hash, job);
      job.reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#queue.add(hash, job)?.reject(new Error('too many passwords wait to be checked'));
    this.#assign();
    try {
      return await job.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends the threads; who still waits is told. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let job = this.#queue.take(); job; job = this.#queue.take()) job.reject(new Error('the server stops'));
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #assign(): void {
    while (this.#queue.size > 0 && (this.#resting.length > 0 || this.#threads.size < this.#size)) {
      const job = this.#queue.take();
      if (!job) return;
      try {
        void this.#run(this.#resting.pop() ?? this.#start(), job);
      } catch (cause) {
        // The system has no thread left to give.
        job.reject(cause);
      }
    }
  }

  async #run(thread: HashingThread, job: Job): Promise<void> {
    try {
      job.resolve(await thread.verify(job.password, job.hash));
    } catch (cause) {
      job.reject(cause);
    }
    if (!thread.hasEnded && !this.#isClosed) this.#rest(thread);
    this.#assign();
  }

  #start(): HashingThread {
    const thread = new HashingThread(this.#startWorker);
    this.#threads.add(thread);
    void thread.ended.then(() => {
      this.#threads.delete(thread);
      this.#leaveOut(thread);
      this.#assign();
    });
    return thread;
  }

  #rest(thread: HashingThread): void {
    this.#resting.push(thread);
    thread.restFor(this.#idleTime, () => {
      this.#leaveOut(thread);
    });
  }

  #leaveOut(thread: HashingThread): void {
    const at = this.#resting.indexOf(thread);
    if (at >= 0) this.#resting.splice(at, 1);
  }
}
