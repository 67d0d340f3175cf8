import { describeValue, isSection, type Section } from '@berth/sdk';

const USER = 'BERTH_USER';
const PASSWORD = 'BERTH_PASSWORD';
/** Of one page, in milliseconds. */
const DEADLINE = 30_000;
/** As many as a server gives at once. */
const LARGEST_PAGE = 100;

export interface SearchQuestion {
  /** Of the server, such as `https://registry.example.com`. */
  readonly url: string;
  readonly query: string;
  readonly sort: string | undefined;
}

/** What a running server finds, page by page. */
export class SearchPages {
  #total = 0;
  #isComplete = true;

  constructor(private readonly question: SearchQuestion) {}

  /** How many there are, once the first page has come. */
  get total(): number {
    return this.#total;
  }

  /** False where the server says that it may not have found all. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** At most so many images, or at the end a sentence that says why there are no more. */
  async *upTo(limit: number): AsyncIterable<readonly Section[] | string> {
    let cursor: string | undefined;
    for (let left = limit; left > 0;) {
      const answer = await this.#ask(Math.min(left, LARGEST_PAGE), cursor);
      if (typeof answer === 'string') {
        yield answer;
        return;
      }
      const { total, complete, results, next } = answer;
      const images = Array.isArray(results) ? results.filter(isSection) : [];
      this.#total = typeof total === 'number' ? total : images.length;
      this.#isComplete &&= complete !== false;
      yield images;
      left -= images.length;
      if (typeof next !== 'string' || images.length === 0) return;
      cursor = next;
    }
  }

  async #ask(limit: number, cursor: string | undefined): Promise<Section | string> {
    const { url, query, sort } = this.question;
    const parameters = new URLSearchParams({
      q: query,
      limit: String(limit),
      ...(sort !== undefined && { sort }),
      ...(cursor !== undefined && { cursor }),
    });
    try {
      const base = url.endsWith('/') ? url : `${url}/`;
      const target = new URL(`v2/_berth/ext/search?${parameters.toString()}`, base);
      const signal = AbortSignal.timeout(DEADLINE);
      const response = await fetch(target, { headers: credentials(), redirect: 'error', signal });
      const body: unknown = await response.json();
      if (response.ok && isSection(body)) return body;
      return `the server answered ${String(response.status)}: ${messageOf(body)}`;
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      return `${url} cannot be asked: ${reason}`;
    }
  }
}

/** Without any, what everyone may read is found. */
function credentials(): Readonly<Record<string, string>> {
  const [user, password] = [process.env[USER], process.env[PASSWORD]];
  if (user === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function messageOf(body: unknown): string {
  const errors = isSection(body) ? body['errors'] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isSection(first) && typeof first['message'] === 'string' ? first['message'] : describeValue(body);
}
