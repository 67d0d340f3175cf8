import { parseRepositoryGlob } from '@berth/sdk';
import type { LintedManifest } from '../manifest/linted-manifest.js';
import type { Check } from './check.js';
import { quoted } from './quoted.js';

/** image-spec annotations.md: what an image was built on. */
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
const BASE_NAME = 'org.opencontainers.image.base.name';

export interface AllowedBases {
  readonly digests: readonly string[];
  /** Globs. */
  readonly names: readonly string[];
}

/**
 * An image must say by annotation or label what it was built on, and that must be on one of the lists. An index says
 * nothing of the kind: its images are pushed, and looked at, before it.
 */
export function baseImageCheck({ digests, names }: AllowedBases): Check {
  const allowedDigests = new Set(digests);
  const allowedNames = names.map((pattern) => parseRepositoryGlob(pattern)).filter((glob) => glob !== undefined);
  const check = digests.length > 0 ? 'baseDigests' : 'baseNames';
  return async (manifest) => {
    if (!manifest.isImage) return [];
    const [digest, name] = [await saidBy(manifest, BASE_DIGEST), await saidBy(manifest, BASE_NAME)];
    if (digest !== undefined && allowedDigests.has(digest)) return [];
    if (name !== undefined && allowedNames.some((glob) => glob.matches(name))) return [];
    const said = [name, digest].filter((text) => text !== undefined).map(quoted);
    const message = said.length === 0 ? 'it does not say what it was built on' : `it was built on ${said.join(', ')}`;
    return [{ check, message: `${message}, and only listed base images are allowed` }];
  };
}

async function saidBy(manifest: LintedManifest, key: string): Promise<string | undefined> {
  return manifest.annotations[key] ?? (await manifest.labels())[key];
}
