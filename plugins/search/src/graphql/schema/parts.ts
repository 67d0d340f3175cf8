import type { HistoryStep } from '../../indexing/image-config.js';
import type { ImagePlatform } from '../../read/image-summary.js';
import type { LayerSummary as Layer } from '../../read/layer-reader.js';
import type { ReferrerSummary, SignatureSummary as Signature } from '../../read/referrer-reader.js';
import { builder } from './builder.js';

export const LayerSummary = builder.objectRef<Pick<Layer, 'digest' | 'size'>>('LayerSummary').implement({
  fields: (t) => ({
    Size: t.string({ resolve: ({ size }) => String(size) }),
    Digest: t.exposeString('digest'),
  }),
});

const HistoryDescription = builder.objectRef<HistoryStep>('HistoryDescription').implement({
  description: 'A step of how the image was built.',
  fields: (t) => ({
    Created: t.field({ type: 'Time', resolve: ({ created }) => timeOf(created) }),
    CreatedBy: t.string({ resolve: ({ createdBy }) => createdBy ?? '' }),
    Author: t.string({ resolve: ({ author }) => author ?? '' }),
    Comment: t.string({ resolve: ({ comment }) => comment ?? '' }),
    EmptyLayer: t.boolean({ resolve: ({ emptyLayer }) => emptyLayer ?? false }),
  }),
});

/** A step and the layer that it made, if it made one. */
export interface BuiltLayer {
  readonly step: HistoryStep;
  readonly layer: Layer | undefined;
}

export const LayerHistory = builder.objectRef<BuiltLayer>('LayerHistory').implement({
  fields: (t) => ({
    Layer: t.field({ type: LayerSummary, resolve: ({ layer }) => layer }),
    HistoryDescription: t.field({ type: HistoryDescription, resolve: ({ step }) => step }),
  }),
});

const Annotation = builder.objectRef<readonly [key: string, value: string]>('Annotation').implement({
  fields: (t) => ({
    Key: t.string({ resolve: ([key]) => key }),
    Value: t.string({ resolve: ([, value]) => value }),
  }),
});

export const Referrer = builder.objectRef<ReferrerSummary>('Referrer').implement({
  description: 'A manifest that names another one as its subject: a signature, an SBOM.',
  fields: (t) => ({
    MediaType: t.exposeString('mediaType'),
    ArtifactType: t.string({ resolve: ({ artifactType }) => artifactType ?? '' }),
    Size: t.exposeInt('size'),
    Digest: t.exposeString('digest'),
    Annotations: t.field({
      type: [Annotation],
      nullable: { list: false, items: true },
      resolve: ({ annotations }) => Object.entries(annotations),
    }),
  }),
});

export const Platform = builder.objectRef<ImagePlatform>('Platform').implement({
  fields: (t) => ({
    Os: t.exposeString('os'),
    Arch: t.string({
      resolve: ({ architecture, variant }) =>
        variant === undefined || variant === '' ? architecture : `${architecture}/${variant}`,
    }),
  }),
});

export const SignatureSummary = builder.objectRef<Signature>('SignatureSummary').implement({
  description: 'A signature that is there. Whose it is, nobody has verified.',
  fields: (t) => ({
    Tool: t.exposeString('tool'),
    IsTrusted: t.boolean({ resolve: () => false }),
    Author: t.string({ resolve: () => '' }),
  }),
});

export const PageInfo = builder.objectRef<{ readonly total: number; readonly items: number }>('PageInfo').implement({
  fields: (t) => ({
    TotalCount: t.exposeInt('total', { nullable: false }),
    ItemCount: t.exposeInt('items', { nullable: false }),
  }),
});

/** What comes out of a text that should be a time, and need not be one. */
function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
