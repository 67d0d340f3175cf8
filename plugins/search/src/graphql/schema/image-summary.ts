import type { ImageDescription, ImageSummary as Image } from '../../read/image-summary.js';
import { updatedAt } from '../reading/image-lists.js';
import { builder, LOOSE } from './builder.js';
import { type Member, ManifestSummary } from './manifest-summary.js';
import { Referrer, SignatureSummary } from './parts.js';
import type { QueryContext } from './query-context.js';
import { ImageVulnerabilitySummary, summaryOfImages } from './vulnerability-summary.js';

/** A tag, and the image that it names. */
export const ImageSummary = builder.objectRef<Image>('ImageSummary').implement({
  fields: (t) => {
    const saysOf = (about: keyof ImageDescription) =>
      t.string({ resolve: (image, _, context) => saidOf(image, about, context) });
    return {
      RepoName: t.exposeString('repository'),
      Tag: t.string({ resolve: ({ tag }) => tag ?? '' }),
      Digest: t.exposeString('digest'),
      MediaType: t.exposeString('mediaType'),
      Manifests: t.field({
        type: [ManifestSummary],
        nullable: LOOSE,
        resolve: (image, _, context) => membersOfImage(image, context),
      }),
      Size: t.string({ resolve: ({ size }) => String(size) }),
      DownloadCount: t.exposeInt('pulls'),
      LastPullTimestamp: t.field({ type: 'Time', resolve: ({ pulledAt }) => pulledAt }),
      PushTimestamp: t.field({ type: 'Time', resolve: ({ manifestPushedAt }) => manifestPushedAt }),
      PushedBy: t.string({ resolve: ({ manifestPushedBy }) => manifestPushedBy ?? '' }),
      TaggedTimestamp: t.field({ type: 'Time', resolve: ({ pushedAt }) => pushedAt }),
      LastUpdated: t.field({ type: 'Time', resolve: updatedAt }),
      Description: saysOf('description'),
      IsSigned: t.boolean({ resolve: ({ signatures }) => signatures > 0 }),
      SignatureInfo: t.field({
        type: [SignatureSummary],
        nullable: LOOSE,
        resolve: ({ manifestId }, _, { parts }) => parts.signatures.load(manifestId),
      }),
      Licenses: saysOf('licenses'),
      Labels: t.string({
        description: "The labels of the image's configuration, as a JSON object.",
        resolve: labelsOf,
      }),
      Title: saysOf('title'),
      Source: saysOf('source'),
      Documentation: saysOf('documentation'),
      Vendor: saysOf('vendor'),
      Authors: saysOf('authors'),
      Vulnerabilities: t.field({
        type: ImageVulnerabilitySummary,
        resolve: async (image, _, context) => summaryOfImages(await membersOfImage(image, context), context),
      }),
      Referrers: t.field({
        type: [Referrer],
        nullable: LOOSE,
        resolve: ({ manifestId }, _, { parts }) => parts.referrers.load(manifestId),
      }),
      IsDeletable: t.boolean({
        resolve: ({ repository }, _, { access, identity }) => access.may(identity, 'delete', repository),
      }),
      ArtifactType: t.string({ resolve: ({ artifactType }) => artifactType ?? '' }),
    };
  },
});

/** The image for each platform: itself, or of an index those that it names and the repository holds. */
export async function membersOfImage(
  { manifestId, repository }: Image,
  { parts }: QueryContext,
): Promise<readonly Member[]> {
  const members = await parts.members.load(manifestId);
  return members.map((member) => ({ ...member, repository }));
}

/** What the image says of itself; where that is nothing, what the first that an index names does. */
async function saidOf(image: Image, about: keyof ImageDescription, context: QueryContext): Promise<string> {
  const own = image[about];
  if (own !== undefined || image.kind !== 'index') return own ?? '';
  const document = await firstDocument(image, context);
  return document?.[about] ?? '';
}

async function labelsOf(image: Image, _: unknown, context: QueryContext): Promise<string> {
  const labels = image.kind === 'index' ? ((await firstDocument(image, context))?.labels ?? {}) : image.labels;
  return Object.keys(labels).length > 0 ? JSON.stringify(labels) : '';
}

async function firstDocument({ manifestId }: Image, { parts }: QueryContext) {
  const [first] = await parts.members.load(manifestId);
  return first && parts.documents.load(first.manifestId);
}
