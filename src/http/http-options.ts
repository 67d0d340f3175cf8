/** What the edge needs of the configuration, and how the rest of it reaches the decorators. */
export abstract class HttpOptions {
  /** Milliseconds of silence after which a transfer is closed. */
  abstract readonly idleTimeout: number;
  /** Milliseconds a whole response may take; `undefined` or 0: no bound. */
  abstract readonly writeTimeout: number | undefined;
  /** The value of Access-Control-Allow-Origin; `undefined`: none is sent. */
  abstract readonly allowOrigin: string | undefined;
}
