import { type ManifestInfo, RegistryError, type Tag } from '@berth/sdk';
import type { RunPorts } from './run-ports.js';
import type { RepositoryScope } from './run-scope.js';
import type { UpstreamTags } from './upstream-tags.js';

const PAGE = 500;

/** Takes tags away here that the upstream has no more. */
export class RemovedTags {
  constructor(
    private readonly scope: RepositoryScope,
    private readonly upstream: UpstreamTags,
    private readonly ports: Pick<RunPorts, 'tags' | 'manifests' | 'mirrored'>,
  ) {}

  /** `isMissing`: those that may be gone. A list may be wrong: each is asked for once more. */
  async remove(isMissing: (tag: Tag) => boolean): Promise<void> {
    const { local, signal } = this.scope;
    for (let after: Tag | undefined; ;) {
      const page = await this.ports.tags.list(local, after, PAGE);
      for (const { tag } of page) {
        signal.throwIfAborted();
        if (isMissing(tag)) await this.#removeOne(tag);
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.tag;
    }
  }

  async #removeOne(tag: Tag): Promise<void> {
    const { local, signal, tally, observer } = this.scope;
    const held: ManifestInfo | undefined = await this.ports.manifests.find(local, { kind: 'tag', tag });
    if (held?.origin !== 'mirrored' || (await this.upstream.resolve(tag))) return;
    try {
      if (!(await this.ports.mirrored.removeTag(local, tag, held.digest, signal))) return;
      tally.tag('removed');
      observer.tag(local, tag, 'removed');
    } catch (cause) {
      if (!(cause instanceof RegistryError)) throw cause;
      tally.tag('refused');
      observer.tag(local, tag, 'refused', cause.message);
    }
  }
}
