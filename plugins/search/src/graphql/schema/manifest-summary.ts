import type { RepositoryName } from '@berth/sdk';
import type { HistoryStep } from '../../indexing/image-config.js';
import type { LayerSummary as Layer } from '../../read/layer-reader.js';
import type { MemberSummary } from '../../read/member-reader.js';
import { builder, LOOSE } from './builder.js';
import { type BuiltLayer, LayerHistory, LayerSummary, Platform, Referrer, SignatureSummary } from './parts.js';
import { ImageVulnerabilitySummary, summaryOfImages } from './vulnerability-summary.js';

/** An image for one platform, and where it lies. */
export interface Member extends MemberSummary {
  readonly repository: RepositoryName;
}

export const ManifestSummary = builder.objectRef<Member>('ManifestSummary').implement({
  fields: (t) => ({
    Digest: t.exposeString('digest'),
    ConfigDigest: t.exposeString('configDigest'),
    LastUpdated: t.field({ type: 'Time', resolve: ({ builtAt, pushedAt }) => builtAt ?? pushedAt }),
    Size: t.string({ resolve: ({ size }) => String(size) }),
    IsSigned: t.boolean({ resolve: ({ signatures }) => signatures > 0 }),
    SignatureInfo: t.field({
      type: [SignatureSummary],
      nullable: LOOSE,
      resolve: ({ manifestId }, _, { parts }) => parts.signatures.load(manifestId),
    }),
    Platform: t.field({
      type: Platform,
      resolve: ({ platform }) => platform ?? { os: '', architecture: '', variant: undefined },
    }),
    DownloadCount: t.exposeInt('pulls'),
    Layers: t.field({
      type: [LayerSummary],
      nullable: LOOSE,
      resolve: ({ manifestId }, _, { parts }) => parts.layers.load(manifestId),
    }),
    History: t.field({
      type: [LayerHistory],
      nullable: LOOSE,
      resolve: async ({ manifestId, history }, _, { parts }) => historyOf(history, await parts.layers.load(manifestId)),
    }),
    Vulnerabilities: t.field({
      type: ImageVulnerabilitySummary,
      resolve: (member, _, context) => summaryOfImages([member], context),
    }),
    Referrers: t.field({
      type: [Referrer],
      nullable: LOOSE,
      resolve: ({ manifestId }, _, { parts }) => parts.referrers.load(manifestId),
    }),
    ArtifactType: t.string({ resolve: ({ artifactType }) => artifactType ?? '' }),
  }),
});

/** Steps that are not empty made the layers, in their order. Layers that no step tells of come last. */
function historyOf(steps: readonly HistoryStep[], layers: readonly Layer[]): BuiltLayer[] {
  const left = [...layers];
  const built = steps.map((step) => ({ step, layer: step.emptyLayer ? undefined : left.shift() }));
  return [...built, ...left.map((layer) => ({ step: {}, layer }))];
}
