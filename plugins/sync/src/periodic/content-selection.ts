import type { ContentConfig } from '../config/content.config.js';
import { trimSlashes } from '../config/is-repository-path.js';
import { ContentMapping } from '../mapping/content-mapping.js';
import type { RegistryMapping } from '../mapping/registry-mapping.js';
import { PlatformChoice } from './platform-choice.js';
import { TagRules, type Verdict } from './tag-rules.js';

/** What is taken of one repository, by which entries of `content`. */
export interface Selected {
  /** As in `content[0] "team/*"`. */
  readonly by: string;
  readonly platforms: PlatformChoice;
  decide(tag: string): Verdict;
}

interface Entry {
  readonly config: ContentConfig;
  readonly at: number;
  readonly mapping: ContentMapping;
  readonly rules: TagRules;
}

const META = /[*?[\]{}\\]/;

/** Which repositories of an upstream a periodic run is about, and which of their tags. As in zot the first entry that matches decides. */
export class ContentSelection {
  /** Repositories that are named without `*`, as the upstream calls them: no catalog is needed for them. */
  readonly named: readonly string[];
  readonly needsCatalog: boolean;
  readonly #entries: readonly Entry[];

  /** `platforms`: of the registry, for entries that say nothing of it. */
  constructor(
    content: readonly ContentConfig[],
    private readonly registry: RegistryMapping,
    private readonly platforms: readonly string[] | undefined,
  ) {
    this.#entries = content.map((config, at) => ({
      config,
      at,
      mapping: new ContentMapping(config),
      rules: new TagRules(config.tags),
    }));
    const names = content.map(({ prefix }) => trimSlashes(prefix));
    this.named = names.filter((name) => !META.test(name)).map((name) => registry.remoteNamed(name));
    this.needsCatalog = names.some((name) => META.test(name));
  }

  /** `undefined`: the run is not about it. */
  of(remote: string): Selected | undefined {
    const first = this.#entries.find((entry) => this.#isAbout(entry, remote));
    if (!first) return undefined;
    // Several entries for the same place are read as one with several rules: as in zot the others would be about nothing.
    const same = this.#entries.filter(({ config }) => placeOf(config) === placeOf(first.config));
    return {
      by: same.map(({ at, config }) => `content[${at}] ${JSON.stringify(config.prefix)}`).join(', '),
      platforms: new PlatformChoice(first.config.platforms ?? this.platforms),
      decide: (tag) => {
        const verdicts = same.map(({ rules }) => rules.decide(tag));
        const why = [...new Set(verdicts.map((verdict) => verdict.why))].join('; ');
        return verdicts.find(({ isTaken }) => isTaken) ?? { isTaken: false, why };
      },
    };
  }

  #isAbout({ config, mapping }: Entry, remote: string): boolean {
    const name = trimSlashes(config.prefix);
    return mapping.matches(remote) || (!META.test(name) && this.registry.remoteNamed(name) === remote);
  }
}

function placeOf({ prefix, destination = '', stripPrefix }: ContentConfig): string {
  return JSON.stringify([trimSlashes(prefix), trimSlashes(destination), stripPrefix]);
}
