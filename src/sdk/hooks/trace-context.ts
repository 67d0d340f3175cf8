import { randomBytes } from 'node:crypto';

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** One span: which trace it is part of, and whether that is recorded. W3C Trace Context */
export class TraceContext {
  private constructor(
    /** 32 hexadecimal digits. */
    readonly traceId: string,
    /** 16 hexadecimal digits. */
    readonly spanId: string,
    readonly isSampled: boolean,
  ) {}

  /** The first span of a trace. */
  static root(isSampled: boolean): TraceContext {
    return new TraceContext(randomBytes(16).toString('hex'), newSpanId(), isSampled);
  }

  /** What a `traceparent` says, or `undefined` where it says none, or nothing valid. Section 3.2 */
  static parse(traceparent: string | undefined): TraceContext | undefined {
    const [, version, traceId = '', spanId = '', flags = '', more] = FORM.exec(traceparent ?? '') ?? [];
    if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
    if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
    return new TraceContext(traceId, spanId, (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED);
  }

  /** A span within this one. */
  child(): TraceContext {
    return new TraceContext(this.traceId, newSpanId(), this.isSampled);
  }

  /** As the value of a `traceparent`. */
  toString(): string {
    return `00-${this.traceId}-${this.spanId}-${this.isSampled ? '01' : '00'}`;
  }
}

/** All zeros mean none; that they come up once in 2^64 is left to chance. */
function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
