import { RegistryError, type Tag, type TagInfo } from '@berth/sdk';
import type { RunPorts } from './run-ports.js';
import type { RepositoryScope } from './run-scope.js';
import type { UpstreamTags } from './upstream-tags.js';

const PAGE = 500;

/** Takes tags away here that the upstream has no more. */
export class RemovedTags {
  constructor(
    private readonly scope: RepositoryScope,
    private readonly upstream: UpstreamTags,
    private readonly ports: Pick<RunPorts, 'tags' | 'mirrored'>,
  ) {}

  /** `isMissing`: those that may be gone. A list may be wrong: each is asked for once more. */
  async remove(isMissing: (tag: Tag) => boolean): Promise<void> {
    const { local, signal } = this.scope;
    for (let after: Tag | undefined; ;) {
      const page = await this.ports.tags.list(local, after, PAGE);
      for (const held of page) {
        signal.throwIfAborted();
        if (held.origin === 'mirrored' && isMissing(held.tag)) await this.#removeOne(held);
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.tag;
    }
  }

  async #removeOne({ tag, digest }: TagInfo): Promise<void> {
    const { local, signal, tally, observer } = this.scope;
    if (!(await this.upstream.isGone(tag))) return;
    try {
      if (!(await this.ports.mirrored.removeTag(local, tag, digest, signal))) return;
      tally.tag('removed');
      observer.tag(local, tag, 'removed');
    } catch (cause) {
      if (!(cause instanceof RegistryError)) throw cause;
      tally.tag('refused');
      observer.tag(local, tag, 'refused', cause.message);
    }
  }
}
