import type { Digest } from './digest.js';
import type { Platform } from './platform.js';

export type Annotations = Readonly<Record<string, string>>;

/** A pointer to content: its type, digest and size in bytes. image-spec descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Annotations;
  readonly artifactType?: string;
  readonly platform?: Platform;
}
