import { RegistryError } from '../errors/registry-error.js';
import type { PluginRequest } from './route-exchange.js';

/**
 * The body of a request as JSON. Nothing is known of its shape.
 *
 * @throws RegistryError with status 413 for more than `limit` bytes, and 400 for what is no JSON
 */
export async function readJson({ raw }: Pick<PluginRequest, 'raw'>, limit: number): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  // The connection would end with the body, and the answer with it.
  for await (const piece of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.byteLength;
    if (length > limit) {
      throw new RegistryError('SIZE_INVALID', { status: 413, message: 'the body is too large', detail: { limit } });
    }
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces, length).toString('utf8'));
  } catch (cause) {
    throw new RegistryError('UNSUPPORTED', { status: 400, message: 'the body is not JSON', cause });
  }
}
