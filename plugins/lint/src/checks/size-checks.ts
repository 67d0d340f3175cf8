import type { Check } from './check.js';

/** How many layers an image may have. An index has none of its own: its images are pushed, and looked at, before it. */
export function maxLayersCheck(most: number): Check {
  return async ({ event }) => {
    const { layers = [] } = event.manifest;
    if (layers.length <= most) return [];
    return [{ check: 'maxLayers', message: `it has ${layers.length} layers, and at most ${most} are allowed` }];
  };
}

/** How many bytes an image may have in all, as its manifest says: core sees to it that this is true. */
export function maxBytesCheck(most: number): Check {
  return async (manifest) => {
    if (manifest.isIndex || manifest.size <= most) return [];
    return [{ check: 'maxBytes', message: `it has ${manifest.size} bytes, and at most ${most} are allowed` }];
  };
}

/** How many bytes each layer may have. */
export function maxLayerBytesCheck(most: number): Check {
  return async ({ event }) => {
    const { layers = [] } = event.manifest;
    return layers
      .filter(({ size }) => size > most)
      .map(({ digest, size }) => ({
        check: 'maxLayerBytes',
        message: `the layer ${digest} has ${size} bytes, and at most ${most} are allowed`,
      }));
  };
}
