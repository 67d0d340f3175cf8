import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

describe('nearestName', () => {
  const names = ['expression', 'maxLayers', 'tagPattern', 'mode'];

  it.each([
    ['expresion', 'expression'],
    ['maxlayers', 'maxLayers'],
    ['tagPatern', 'tagPattern'],
    ['mod', 'mode'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, names)).toBe(meant);
  });

  it.each(['color', 'x', ''])('takes %j for nothing', (written) => {
    expect(nearestName(written, names)).toBeUndefined();
  });

  it('takes nothing for nothing where there is nothing to choose from', () => {
    expect(nearestName('mode', [])).toBeUndefined();
  });
});
