/** A file of `http.tls` that cannot be used. Holds nothing of what is in it. */
export class TlsFault extends Error {
  override readonly name = 'TlsFault';

  constructor(
    /** `http.tls.key`. */
    readonly key: string,
    readonly path: string,
    /** What is there: "no such file". */
    readonly found: string,
    /** What should be. */
    readonly allowed: string,
    options?: ErrorOptions,
  ) {
    super(`${key}: ${path}: ${found}; allowed: ${allowed}`, options);
  }
}
