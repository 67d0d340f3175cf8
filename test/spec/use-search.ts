import type { TestRegistry } from '@berth/testkit';
import { until } from './until.js';

/** Longer than it may take until what was pushed is found, in milliseconds. */
export const FOUND_WITHIN = 2000;

export interface FoundImage {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string;
  readonly kind: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly size: number;
  readonly pushedAt: string;
  readonly mirroredFrom: string | null;
  readonly platforms: readonly string[];
  readonly title: string | null;
  readonly signatures: number;
  readonly sboms: number;
  readonly referrers: number;
  readonly pulls: number;
}

export interface SearchAnswer {
  readonly total: number;
  readonly complete: boolean;
  readonly results: readonly FoundImage[];
  readonly next: string | null;
}

type Headers = Readonly<Record<string, string>>;

/** Asks the search of a server. */
export class SearchClient {
  constructor(private readonly registry: () => TestRegistry) {}

  /** `parameters`: beside `q`. @throws Error for another answer than 200 */
  async ask(
    query: string,
    parameters: Readonly<Record<string, string>> = {},
    headers: Headers = {},
  ): Promise<SearchAnswer> {
    const { status, text } = await this.send(query, parameters, headers);
    if (status !== 200) throw new Error(`${String(status)} ${text}`);
    return JSON.parse(text) as SearchAnswer;
  }

  async send(
    query: string,
    parameters: Readonly<Record<string, string>> = {},
    headers: Headers = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const search = new URLSearchParams({ q: query, ...parameters });
    const path = `/v2/_berth/ext/search?${search.toString()}`;
    const { status, body } = await this.registry().request('GET', path, { headers });
    return { status, text: body.toString() };
  }

  /** What is found, as `repository:tag` or `repository@digest`, in the order of the answer. */
  async names(query: string, headers: Headers = {}): Promise<string[]> {
    const { results } = await this.ask(query, {}, headers);
    return results.map(({ repository, tag, digest }) =>
      tag === null ? `${repository}@${digest}` : `${repository}:${tag}`,
    );
  }

  /** Waits until exactly these are found, as long as it may take. */
  async finds(query: string, expected: readonly string[]): Promise<void> {
    let found: string[] = [];
    const isRight = async (): Promise<boolean> => {
      found = await this.names(query);
      return JSON.stringify(found.toSorted()) === JSON.stringify(expected.toSorted());
    };
    await until(`${query} finds ${expected.join(' ')}`, isRight, FOUND_WITHIN).catch((cause: unknown) => {
      throw new Error(`${query} finds ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`, { cause });
    });
  }
}
