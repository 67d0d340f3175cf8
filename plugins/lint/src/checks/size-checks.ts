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

/** How many bytes each layer may have. The first that has more is named: a manifest may have thousands. */
export function maxLayerBytesCheck(most: number): Check {
  return async ({ event }) => {
    const [first, ...others] = (event.manifest.layers ?? []).filter(({ size }) => size > most);
    if (!first) return [];
    const more = others.length === 0 ? '' : `, and ${others.length} others have too many as well`;
    const message = `the layer ${first.digest} has ${first.size} bytes, and at most ${most} are allowed${more}`;
    return [{ check: 'maxLayerBytes', message }];
  };
}
