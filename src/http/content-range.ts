import { RegistryError } from '@berth/sdk';

const CONTENT_RANGE = /^([0-9]+)-([0-9]+)$/;

/** Where a chunk begins and how many bytes it has, as its headers say. */
export interface ChunkHeaders {
  readonly start: number | undefined;
  readonly length: number | undefined;
}

/**
 * What the headers say of a chunk. SIZE_INVALID where Content-Range is malformed or disagrees with Content-Length.
 * spec.md#pushing-a-blob-in-chunks
 */
export function parseChunkHeaders(contentRange: string | undefined, contentLength: string | undefined): ChunkHeaders {
  const length = contentLength === undefined ? undefined : Number(contentLength);
  if (contentRange === undefined) return { start: undefined, length };
  const match = CONTENT_RANGE.exec(contentRange);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || !Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) {
    throw new RegistryError('SIZE_INVALID', {
      message: 'Content-Range must be <start>-<end>',
      detail: { contentRange },
    });
  }
  const ranged = end - start + 1;
  if (length !== undefined && length !== ranged) {
    throw new RegistryError('SIZE_INVALID', { detail: { contentRange, contentLength: length } });
  }
  return { start, length: ranged };
}
