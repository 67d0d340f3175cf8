import type { Clock } from '@berth/sdk';
import type { JWTPayload } from 'jose';
import type { Jose } from './jose.js';
import { ACCEPTED_ALGORITHMS } from './keys/key-fit.js';
import type { KeyHint, KeySource } from './keys/key-source.js';

/** By so much the clocks of who issues and who verifies may differ. Seconds. */
export const LEEWAY = 60;

export interface Expectations {
  readonly keys: KeySource;
  /** It must be for one of these. */
  readonly audiences: readonly string[];
  /** Absent: whoever holds the key. */
  readonly issuer?: string | undefined;
}

export type CheckedToken =
  | {
      readonly outcome: 'valid';
      readonly claims: JWTPayload;
      /** Milliseconds since the epoch. */ readonly until: number;
    }
  /** The reasons hold nothing of the token. */
  | { readonly outcome: 'rejected' | 'unavailable'; readonly reason: string };

/** Whether a token is signed with the right key, for us, and valid now. */
export class TokenCheck {
  constructor(
    private readonly jose: Jose,
    private readonly clock: Clock,
  ) {}

  async check(token: string, expected: Expectations): Promise<CheckedToken> {
    const hint = this.#hintOf(token);
    if (hint === undefined) return rejected('it is malformed');
    if (!ACCEPTED_ALGORITHMS.includes(hint.alg)) return rejected('its algorithm is not accepted');
    const search = await expected.keys.find(hint);
    if (search.outcome === 'unavailable') return search;
    if (search.outcome === 'unknown') return rejected('its key is not known');
    let result: CheckedToken | undefined;
    for (const key of search.keys) {
      result = await this.#verify(token, key, expected);
      if (result !== undefined) break;
    }
    return result ?? rejected('its signature is wrong');
  }

  #hintOf(token: string): KeyHint | undefined {
    try {
      const { alg, kid } = this.jose.decodeProtectedHeader(token);
      if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) return undefined;
      return { alg, kid };
    } catch (cause) {
      // What jose says of bytes that are no token.
      if (cause instanceof TypeError || cause instanceof this.jose.errors.JOSEError) return undefined;
      throw cause;
    }
  }

  /** `undefined` where another key has signed it. */
  async #verify(
    token: string,
    key: Parameters<Jose['jwtVerify']>[1],
    { audiences, issuer }: Expectations,
  ): Promise<CheckedToken | undefined> {
    const { errors, jwtVerify } = this.jose;
    const now = this.clock.now();
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [...ACCEPTED_ALGORITHMS],
        audience: [...audiences],
        ...(issuer !== undefined && { issuer }),
        clockTolerance: LEEWAY,
        currentDate: new Date(now),
        requiredClaims: ['exp'],
      });
      if ((payload.iat ?? 0) * 1000 > now + LEEWAY * 1000) return rejected('it is not valid yet');
      return { outcome: 'valid', claims: payload, until: (payload.exp ?? 0) * 1000 };
    } catch (cause) {
      if (cause instanceof errors.JWSSignatureVerificationFailed) return undefined;
      if (cause instanceof errors.JWTExpired) return rejected('it has expired');
      if (cause instanceof errors.JWTClaimValidationFailed) return rejected(REASONS[cause.claim] ?? 'it is malformed');
      if (cause instanceof errors.JOSEError || cause instanceof TypeError) return rejected('it is malformed');
      throw cause;
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  aud: 'it is for another audience',
  iss: 'it is of another issuer',
  exp: 'it does not say when it expires',
  nbf: 'it is not valid yet',
};

function rejected(reason: string): CheckedToken {
  return { outcome: 'rejected', reason };
}
