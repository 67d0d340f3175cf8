import type { Descriptor, Platform } from '@berth/sdk';

/** What an architecture is without a variant. containerd's platforms package */
const USUAL_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7' };
/** On a child that says something of another one: buildkit's attestations. */
const ABOUT = 'vnd.docker.reference.digest';

/** Which children of an index a periodic run fetches. */
export class PlatformChoice {
  /** What it is told from others by. */
  readonly name: string;
  readonly #wanted: readonly Platform[] | undefined;

  /** `platforms`: as in `linux/arm64/v8`; `undefined`: all. */
  constructor(platforms: readonly string[] | undefined) {
    this.name = platforms?.join(' ') ?? 'all';
    this.#wanted = platforms?.map((text) => {
      const [os = '', architecture = '', variant] = text.split('/');
      return { os, architecture, ...(variant !== undefined && { variant }) };
    });
  }

  /** The chosen of these, and what says something of them. What names no platform is for all. */
  of(children: readonly Descriptor[]): readonly Descriptor[] {
    const { length } = this.#wanted ?? [];
    if (length === 0) return children;
    const chosen = children.filter((child) => aboutOf(child) === undefined && this.#takes(child.platform));
    const digests = new Set<string>(chosen.map(({ digest }) => digest));
    return children.filter((child) => digests.has(aboutOf(child) ?? child.digest));
  }

  #takes(platform: Platform | undefined): boolean {
    if (!platform || platform.os === 'unknown') return true;
    return this.#wanted?.some((wanted) => fits(wanted, platform)) ?? true;
  }
}

function fits(wanted: Platform, { os, architecture, variant }: Platform): boolean {
  if (wanted.os !== os || wanted.architecture !== architecture) return false;
  const usual = USUAL_VARIANTS[architecture];
  return wanted.variant === undefined || wanted.variant === (variant ?? usual);
}

function aboutOf({ annotations }: Descriptor): string | undefined {
  const about: unknown = annotations?.[ABOUT];
  return typeof about === 'string' ? about : undefined;
}
