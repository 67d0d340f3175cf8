import type { Annotations, Descriptor } from '@berth/sdk';
import type { ReferrerRow } from '../../metadata/referrers.js';

/** A manifest as a referrers response describes it. spec.md#listing-referrers */
export function descriptorOf({ mediaType, digest, size, artifactType, annotations }: ReferrerRow): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === null ? {} : { artifactType }),
    ...(annotations === null ? {} : { annotations: JSON.parse(annotations) as Annotations }),
  };
}
