import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Descriptor, type Digest, MEDIA_TYPES, type Platform } from '@berth/sdk';
import { filesOf, installedPackages } from './debian-packages.js';
import { type LayoutLayer, writeDocument, writeLayer } from './oci-layout.js';

/** An OCI layout with one index of two images under the tag `debian`. */
export interface DebianLayout {
  readonly folder: string;
  readonly index: Digest;
  /** Every blob of the layout: the index, its manifests, configurations and layers. */
  readonly digests: readonly Digest[];
  readonly configs: readonly Digest[];
  readonly layers: readonly Digest[];
  /** Of all compressed layers together. */
  readonly layerBytes: number;
}

interface LayoutImage {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
}

const LAYER_SOURCE_BYTES = 60 * 1024 * 1024;

/**
 * Makes a layout in `folder` from the files of installed Debian packages, the essential ones first, until the layers
 * are over `leastLayerBytes` together; its second platform has one small layer.
 *
 * @throws Error where all installed packages together are too small.
 */
export async function buildDebianLayout(folder: string, leastLayerBytes: number): Promise<DebianLayout> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const layers = await writeLayers(folder, leastLayerBytes);
  const small = await writeLayer(
    folder,
    (await filesOf('base-files')).map(({ path }) => path),
  );
  const images = [
    await writeImage(folder, { architecture: 'amd64', os: 'linux' }, layers),
    await writeImage(folder, { architecture: 'arm64', os: 'linux', variant: 'v8' }, [small]),
  ];
  const index = await writeIndex(folder, images);
  const manifests = [index, ...images.map(({ manifest }) => manifest)].map(({ digest }) => digest);
  const configs = images.map(({ config }) => config.digest);
  const layerDigests = [...layers, small].map(({ descriptor }) => descriptor.digest);
  return {
    folder,
    index: index.digest,
    digests: [...manifests, ...configs, ...layerDigests],
    configs,
    layers: layerDigests,
    layerBytes: totalSize(layers),
  };
}

async function writeLayers(folder: string, leastLayerBytes: number): Promise<readonly LayoutLayer[]> {
  const layers: LayoutLayer[] = [];
  let files: string[] = [];
  let fileBytes = 0;
  for (const name of await installedPackages()) {
    for (const { path, bytes } of await filesOf(name)) {
      files.push(path);
      fileBytes += bytes;
    }
    if (fileBytes < LAYER_SOURCE_BYTES) continue;
    layers.push(await writeLayer(folder, files));
    if (totalSize(layers) > leastLayerBytes) return layers;
    files = [];
    fileBytes = 0;
  }
  throw new Error(`the installed packages make layers of only ${String(totalSize(layers))} bytes`);
}

function totalSize(layers: readonly LayoutLayer[]): number {
  return layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
}

async function writeImage(folder: string, platform: Platform, layers: readonly LayoutLayer[]): Promise<LayoutImage> {
  const created = '2026-01-01T00:00:00Z';
  const config = await writeDocument(folder, 'application/vnd.oci.image.config.v1+json', {
    created,
    ...platform,
    config: { Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created, created_by: 'dpkg' })),
  });
  const mediaType = MEDIA_TYPES.ociManifest;
  const document = { schemaVersion: 2, mediaType, config, layers: layers.map(({ descriptor }) => descriptor) };
  return { manifest: { ...(await writeDocument(folder, mediaType, document)), platform }, config };
}

async function writeIndex(folder: string, images: readonly LayoutImage[]): Promise<Descriptor> {
  const mediaType = MEDIA_TYPES.ociIndex;
  const document = { schemaVersion: 2, mediaType, manifests: images.map(({ manifest }) => manifest) };
  const index = await writeDocument(folder, mediaType, document);
  const entry = { ...index, annotations: { 'org.opencontainers.image.ref.name': 'debian' } };
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  return index;
}
