const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
const LONGEST_HEAD = 65_536;

export interface HttpResponse {
  readonly status: number;
  /** Bytes of the body, with chunk framing taken off. */
  readonly bodyLength: number;
  /** The value of the header, or undefined where the answer has none of that name (any case). */
  header(name: string): string | undefined;
}

type State = 'head' | 'sized' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer';

/**
 * Reads one HTTP/1.1 response at a time and counts its body instead of keeping it: a benchmark's client must cost
 * less than the server that it measures. A body is framed by Content-Length or by chunks; bodies that end with the
 * connection are refused, since no keep-alive peer sends them.
 */
export class ResponseParser {
  #state: State = 'head';
  #text = '';
  #head = '';
  #remaining = 0;
  #bodyLength = 0;
  #withoutBody = false;

  /** Prepares for the next response; a response to HEAD carries a length but no body. */
  expect(withoutBody: boolean): void {
    this.#state = 'head';
    this.#text = '';
    this.#bodyLength = 0;
    this.#withoutBody = withoutBody;
  }

  /**
   * Consumes bytes of the response.
   * @param sink receives each piece of the body, valid only during the call
   * @returns the response once it is complete, undefined while more bytes are needed
   */
  read(bytes: Buffer, sink: ((piece: Buffer) => void) | undefined): HttpResponse | undefined {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#state === 'sized' || this.#state === 'chunk-data') {
        const end = Math.min(bytes.length, offset + this.#remaining);
        sink?.(bytes.subarray(offset, end));
        this.#bodyLength += end - offset;
        this.#remaining -= end - offset;
        offset = end;
        if (this.#remaining > 0) return undefined;
        if (this.#state === 'sized') return this.#finish(bytes.length - offset);
        this.#state = 'chunk-end';
      } else {
        const line = this.#readText(bytes, offset);
        if (line === undefined) return undefined;
        offset = line.next;
        if (this.#advance(line.text)) return this.#finish(bytes.length - offset);
      }
    }
    return undefined;
  }

  /** Gathers text up to the terminator of the present state; undefined where it has not come yet. */
  #readText(bytes: Buffer, offset: number): { text: string; next: number } | undefined {
    const terminator = this.#state === 'head' ? HEAD_END : LINE_END;
    if (this.#text === '') {
      const end = bytes.indexOf(terminator, offset, 'latin1');
      if (end !== -1) return { text: bytes.toString('latin1', offset, end), next: end + terminator.length };
    }
    // The terminator itself may be cut in two, so what was kept is searched together with what came.
    const kept = this.#text.length;
    const text = this.#text + bytes.toString('latin1', offset);
    const end = text.indexOf(terminator);
    if (end !== -1) {
      this.#text = '';
      return { text: text.slice(0, end), next: offset + end + terminator.length - kept };
    }
    if (text.length > LONGEST_HEAD) throw new Error(`a response head longer than ${LONGEST_HEAD} bytes`);
    this.#text = text;
    return undefined;
  }

  /** Takes a head, a chunk size or an empty line; true where the response is complete with it. */
  #advance(text: string): boolean {
    if (this.#state === 'head') return this.#begin(text);
    if (this.#state === 'chunk-end') {
      this.#state = 'chunk-size';
      return false;
    }
    if (this.#state === 'trailer') return text === '';
    this.#remaining = Number.parseInt(text, 16);
    if (Number.isNaN(this.#remaining)) throw new Error(`not a chunk size: ${text.slice(0, 40)}`);
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data';
    return false;
  }

  #begin(head: string): boolean {
    if (!head.startsWith('HTTP/1.1 ')) throw new Error(`not an HTTP/1.1 response: ${head.slice(0, 80)}`);
    this.#head = head;
    const status = this.#status();
    if (this.#withoutBody || status === 204 || status === 304) return true;
    const length = headerOf(head, 'content-length');
    if (length !== undefined) {
      this.#remaining = Number(length);
      this.#state = 'sized';
      return this.#remaining === 0;
    }
    if (headerOf(head, 'transfer-encoding') !== 'chunked') throw new Error(`a body without framing:\n${head}`);
    this.#state = 'chunk-size';
    return false;
  }

  #status(): number {
    return Number(this.#head.slice(9, 12));
  }

  #finish(surplus: number): HttpResponse {
    if (surplus > 0) throw new Error(`${surplus} bytes more than the response announced`);
    const head = this.#head;
    return { status: this.#status(), bodyLength: this.#bodyLength, header: (name) => headerOf(head, name) };
  }
}

const patterns = new Map<string, RegExp>();

function headerOf(head: string, name: string): string | undefined {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`\\r\\n${name}:[ \\t]*([^\\r]*)`, 'i');
    patterns.set(name, pattern);
  }
  return pattern.exec(head)?.[1];
}
