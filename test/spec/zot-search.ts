import type { RegistryResponse, TestRegistry } from '@berth/testkit';

/** What a GraphQL server answers. Of `data` a test knows the shape: it is what its query asks for. */
export interface GraphqlAnswer<Data> {
  readonly status: number;
  readonly data: Data;
  readonly errors: readonly { readonly message: string }[] | undefined;
}

export const ZOT_SEARCH = '/v2/_zot/ext/search';

type Headers = Readonly<Record<string, string>>;

/** As zot's command-line client and its page ask: by GET. */
export async function askByGet<Data>(
  registry: TestRegistry,
  query: string,
  headers: Headers = {},
): Promise<GraphqlAnswer<Data>> {
  const response = await registry.request('GET', `${ZOT_SEARCH}?query=${encodeURIComponent(query)}`, { headers });
  return answerIn(response);
}

/** As other clients ask: by POST, with variables. */
export async function askByPost<Data>(
  registry: TestRegistry,
  body: unknown,
  headers: Headers = {},
): Promise<GraphqlAnswer<Data>> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  return answerIn(await registry.request('POST', ZOT_SEARCH, { headers: all, body: bytes }));
}

function answerIn<Data>({ status, body }: RegistryResponse): GraphqlAnswer<Data> {
  const { data, errors } = JSON.parse(body.toString()) as Omit<GraphqlAnswer<Data>, 'status'>;
  return { status, data, errors };
}
