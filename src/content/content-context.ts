/** Who asks, in which request, and the signal that ends the work when they go away. */
export interface ContentContext {
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
  readonly signal: AbortSignal;
}
