import type { Digest, Tag } from '@berth/sdk';
import { Deadline } from '../upstream/deadline.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { AttachedTags, isAttachedTag } from './attached-tags.js';
import { AttachmentFetch } from './attachment-fetch.js';
import type { Selected } from './content-selection.js';
import { eachOf } from './each-of.js';
import { ImageFetch } from './image-fetch.js';
import { expectHeld, MirrorFailure } from './mirror-failure.js';
import { PlatformChoice } from './platform-choice.js';
import { RemovedTags } from './removed-tags.js';
import type { TagOutcome } from './run-counts.js';
import type { RunPorts } from './run-ports.js';
import type { RepositoryScope } from './run-scope.js';
import { isTransient } from './transient-fault.js';
import type { UpstreamTags } from './upstream-tags.js';
import { within } from '../upstream/within.js';

const EVERYTHING = new PlatformChoice(undefined);

interface TagResult {
  readonly outcome: TagOutcome;
  readonly digests: readonly Digest[];
}

/** Brings the chosen tags of one repository, each whole before it moves. */
export class RepositoryRun {
  readonly #images: ImageFetch;

  constructor(
    private readonly scope: RepositoryScope,
    private readonly selected: Selected,
    private readonly upstream: UpstreamTags,
    private readonly ports: RunPorts,
  ) {
    this.#images = new ImageFetch(scope, ports);
  }

  /**
   * Gives the tags that failed and may succeed later. Rejects where nothing of the repository could be looked at.
   *
   * @param only those alone; absent: all that the rules take
   */
  async run(only?: ReadonlySet<Tag>): Promise<ReadonlySet<Tag>> {
    const listed = await this.upstream.list();
    if (!listed) throw new MirrorFailure('absent', 'its upstream has no such repository');
    const attachments: AttachmentFetch = new AttachmentFetch(
      this.scope,
      new AttachedTags(listed),
      this.#images,
      this.ports.asked,
      async (tag) => (await this.#settle(tag, () => this.#bring(tag, EVERYTHING))).digests,
    );
    const chosen = listed.filter((tag) => this.#takes(tag) && (only?.has(tag) ?? true));
    this.scope.observer.chosen(this.scope.local, chosen.length);
    const failed = new Set<Tag>();
    await eachOf(chosen, this.scope.requests.atOnce, async (tag) => {
      const isDone = await this.#take(tag, attachments);
      if (!isDone) failed.add(tag);
    });
    if (!only) await this.#removeGone(new Set(listed));
    return failed;
  }

  #takes(tag: Tag): boolean {
    return !isAttachedTag(tag) && this.selected.decide(tag).isTaken;
  }

  /** False where it failed and may succeed later. */
  async #take(tag: Tag, attachments: AttachmentFetch): Promise<boolean> {
    const { scope } = this;
    using deadline = new Deadline(scope.registry.config.syncTimeout, scope.signal);
    try {
      const settling = this.#settle(tag, () => this.#bring(tag, this.selected.platforms, attachments));
      await within(settling, deadline.signal);
      return true;
    } catch (cause) {
      scope.signal.throwIfAborted();
      this.#tell(tag, 'failed', reasonOf(cause));
      return !isTransient(cause);
    }
  }

  /** Tells what became of a tag, unless it failed. */
  async #settle(tag: Tag, bring: () => Promise<TagResult>): Promise<TagResult> {
    this.scope.signal.throwIfAborted();
    try {
      const result = await bring();
      this.#tell(tag, result.outcome);
      return result;
    } catch (cause) {
      if (!(cause instanceof MirrorFailure) || (cause.fault !== 'refused' && cause.fault !== 'local')) throw cause;
      this.#tell(tag, cause.fault === 'local' ? 'shadowed' : 'refused', cause.message);
      return { outcome: 'refused', digests: [] };
    }
  }

  async #bring(tag: Tag, platforms: PlatformChoice, attachments?: AttachmentFetch): Promise<TagResult> {
    const { local, registry, signal } = this.scope;
    const held = await this.ports.tags.find(local, tag);
    if (held && held.origin !== 'mirrored') return { outcome: 'shadowed', digests: [] };
    const found = await this.upstream.resolve(tag);
    if (!found) return { outcome: 'gone', digests: [] };
    const { digest } = found;
    if (attachments && registry.config.onlySigned && !(await attachments.isSigned(digest)))
      return { outcome: 'unsigned', digests: [] };
    const digests = await this.#images.bring(digest, platforms);
    // What belongs to it is here before it is.
    await attachments?.bring(digests);
    if (held?.digest === digest) return { outcome: 'unmoved', digests };
    expectHeld(await this.ports.mirrored.moveTag(local, tag, digest, signal), `tag ${tag}`);
    return { outcome: 'moved', digests };
  }

  async #removeGone(listed: ReadonlySet<Tag>): Promise<void> {
    if (this.scope.registry.config.deletedTags !== 'remove') return;
    const removed = new RemovedTags(this.scope, this.upstream, this.ports);
    await removed.remove((tag) => !listed.has(tag) && (isAttachedTag(tag) || this.#takes(tag)));
  }

  #tell(tag: Tag, outcome: TagOutcome, reason?: string): void {
    const { tally, observer, local } = this.scope;
    tally.tag(outcome);
    observer.tag(local, tag, outcome, reason);
    observer.progress();
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof UpstreamTrouble) return `${cause.upstream}: ${cause.message}`;
  return cause instanceof Error ? cause.message : String(cause);
}
