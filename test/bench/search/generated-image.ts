import { createHash } from 'node:crypto';
import type { Random } from '../random.ts';

export interface GeneratedBlob {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What a manifest names: bytes that need not be there. */
export interface Named {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

export interface GeneratedManifest extends GeneratedBlob {
  readonly mediaType: string;
  readonly names: readonly (Named & { readonly kind: 'config' | 'layer' | 'manifest' })[];
  readonly subject?: string;
  readonly artifactType?: string;
}

const TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const VENDORS = ['Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli'];
const WORDS = 'fast small web proxy cache queue database worker agent gateway metrics search mail billing ledger'.split(
  ' ',
);

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function generatedConfig(random: Random, seed: string, architecture: string): GeneratedBlob {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const labels = {
    maintainer: `team-${Math.floor(random() * 50)}@example.org`,
    'org.opencontainers.image.title': `${pick(WORDS)} ${pick(WORDS)}`,
    'org.opencontainers.image.description': Array.from({ length: 12 }, () => pick(WORDS)).join(' '),
    'org.opencontainers.image.vendor': pick(VENDORS),
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.example.build': seed,
  };
  const history = Array.from({ length: 6 }, (_, at) => ({ created_by: `RUN step-${at} ${seed}`, empty_layer: at > 4 }));
  const config = { architecture, os: 'linux', created: '2026-01-31T12:00:00Z', config: { Labels: labels }, history };
  const bytes = Buffer.from(JSON.stringify(config));
  return { bytes, digest: digestOf(bytes) };
}

export function layerNamed(seed: string, size: number): Named {
  return { mediaType: TYPES.layer, digest: digestOf(Buffer.from(seed)), size };
}

export function generatedImage(config: GeneratedBlob, layers: readonly Named[], note: string): GeneratedManifest {
  const named = { mediaType: TYPES.config, digest: config.digest, size: config.bytes.length };
  const annotations = { 'org.opencontainers.image.revision': note };
  return sealed(TYPES.manifest, { config: named, layers, annotations }, [
    { ...named, kind: 'config' },
    ...layers.map((layer) => ({ ...layer, kind: 'layer' as const })),
  ]);
}

export function generatedIndex(children: readonly (readonly [GeneratedManifest, string])[]): GeneratedManifest {
  const manifests = children.map(([{ mediaType, digest, bytes }, architecture]) => ({
    mediaType,
    digest,
    size: bytes.length,
    platform: { os: 'linux', architecture },
  }));
  return sealed(
    TYPES.index,
    { manifests },
    manifests.map((child) => ({ ...child, kind: 'manifest' as const })),
  );
}

export function generatedReferrer(subject: GeneratedManifest, artifactType: string): GeneratedManifest {
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 };
  const named = { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length };
  const sealedReferrer = sealed(TYPES.manifest, { artifactType, config: empty, layers: [empty], subject: named }, []);
  return { ...sealedReferrer, artifactType, subject: subject.digest };
}

function sealed(mediaType: string, document: object, names: GeneratedManifest['names']): GeneratedManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  return { mediaType, bytes, digest: digestOf(bytes), names };
}
