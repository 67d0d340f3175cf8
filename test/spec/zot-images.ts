import { anArtifact, anImage, anIndex } from '@berth/testkit';

export const BASE = Buffer.from('the lowest layer');
export const LINUX = { os: 'linux', architecture: 'amd64' };
export const ARM = { os: 'linux', architecture: 'arm64', variant: 'v8' };

export const alpine = anImage({ seed: 1 }).withLayer(BASE).withLayers(0).withPlatform(LINUX).build();
export const app = anImage({ seed: 2 })
  .withLayer(BASE)
  .withLayers(2)
  .withPlatform(LINUX)
  .withLabels({ 'org.opencontainers.image.title': 'An app', team: 'blue' })
  .withAnnotations({ 'org.opencontainers.image.vendor': 'ACME' })
  .build();
export const docker = anImage({ seed: 3 }).withMediaTypes('docker').withPlatform(LINUX).build();
export const multi = anIndex({ seed: 4 })
  .of(
    anImage({ seed: 5 }).withPlatform(LINUX).withLabels({ part: 'first' }).build(),
    anImage({ seed: 6 }).withPlatform(ARM).build(),
  )
  .build();
export const signature = anArtifact({ seed: 7 })
  .withArtifactType('application/vnd.dev.cosign.artifact.sig.v1+json')
  .withSubject(app)
  .withAnnotations({ by: 'me' })
  .build();
export const sbom = anArtifact({ seed: 8 })
  .withArtifactType('application/spdx+json')
  .withSubject(app)
  .withBlob(64)
  .build();
