import { createHash } from 'node:crypto';
import type { Digest } from '@berth/sdk';

/** Bytes of a digest that are kept: 120 bits are as good as unique, and make no index large. */
const KEPT_BYTES = 15;

/**
 * For each layer, a text that stands for it and all below it: two images have the first so many layers in common exactly
 * where they have this text in common.
 */
export function layerChain(layers: readonly Digest[]): readonly string[] {
  let below = '';
  return layers.map((layer) => {
    below = createHash('sha256').update(`${below}\n${layer}`).digest().subarray(0, KEPT_BYTES).toString('base64url');
    return below;
  });
}
