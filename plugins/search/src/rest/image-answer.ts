import type { ImagePlatform, ImageSummary } from '../read/image-summary.js';

/** An image as the REST interface tells of it: see docs/search.md. What is not known is null. */
export function imageAnswer(image: ImageSummary): Readonly<Record<string, unknown>> {
  return {
    repository: image.repository,
    tag: image.tag ?? null,
    digest: image.digest,
    kind: image.kind,
    mediaType: image.mediaType,
    artifactType: image.artifactType ?? null,
    size: image.size,
    pushedAt: timeOf(image.pushedAt),
    pushedBy: image.pushedBy ?? null,
    builtAt: timeOf(image.builtAt),
    mirroredFrom: image.upstream ?? null,
    platforms: image.platforms.map(platformText),
    title: image.title ?? null,
    description: image.description ?? null,
    vendor: image.vendor ?? null,
    licenses: image.licenses ?? null,
    signatures: image.signatures,
    sboms: image.sboms,
    referrers: image.referrers,
    pulls: image.pulls,
    lastPulledAt: timeOf(image.pulledAt),
  };
}

/** `linux/arm/v7`. */
export function platformText({ os, architecture, variant }: ImagePlatform): string {
  return [os, architecture, variant].filter((part) => part !== undefined).join('/');
}

function timeOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
