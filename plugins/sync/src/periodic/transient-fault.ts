import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { MirrorFailure } from './mirror-failure.js';

/** False for what will be no better when it is tried again in a moment. */
export function isTransient(cause: unknown): boolean {
  if (cause instanceof UpstreamTrouble) return !cause.isDenial;
  return !(cause instanceof MirrorFailure) || cause.fault === 'unavailable' || cause.fault === 'unkept';
}
