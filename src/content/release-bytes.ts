/**
 * Gives the memory of a piece that came from the network back at once. Node gives each piece memory of its own; left to the garbage
 * collector, every 20 MB of an upload or a fetch cost a collection of the whole heap, more than half of its processor time. Nobody
 * may use the piece afterwards. What shares its memory with others is left alone.
 */
export function releaseBytes(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
