/** What a client may be told in full: its query asks for what cannot be, or is not there. */
export class QueryRefusal extends Error {
  override readonly name = 'QueryRefusal';
}
