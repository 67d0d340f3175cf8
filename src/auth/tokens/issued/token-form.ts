import type { Readable } from 'node:stream';

/** A form has a few hundred characters; a password may be a token with many groups. Bytes. */
const LONGEST = 64 * 1024;

/** Fields that RFC 6749, 3.2 lets stand once; `scope` is ours to take as it comes. */
const ONCE = ['grant_type', 'username', 'password', 'service', 'client_id'];

export type TokenForm =
  | {
      readonly outcome: 'password';
      readonly user: string;
      readonly password: string;
      readonly scopes: readonly string[];
    }
  /** In the words of RFC 6749, 5.2. */
  | { readonly outcome: 'refused'; readonly error: string; readonly description: string };

/** `body` as a form, as Docker's OAuth2 token protocol has it. https://distribution.github.io/distribution/spec/auth/oauth/ */
export async function readTokenForm(body: Readable): Promise<TokenForm> {
  const text = await textOf(body);
  if (text === undefined) return refused('invalid_request', 'the form is too long');
  const form = new URLSearchParams(text);
  const twice = ONCE.find((name) => form.getAll(name).length > 1);
  if (twice !== undefined) return refused('invalid_request', `${twice} stands there twice`);
  const grant = form.get('grant_type');
  if (grant === null) return refused('invalid_request', 'grant_type is missing');
  // No refresh tokens are given out. Containerd then asks again with GET.
  if (grant !== 'password') return refused('unsupported_grant_type', 'grant_type must be password');
  const user = form.get('username');
  const password = form.get('password');
  if (!user || !password) return refused('invalid_request', 'username or password is missing');
  return { outcome: 'password', user, password, scopes: form.getAll('scope') };
}

async function textOf(body: Readable): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  // The connection would end with the body, and the answer with it.
  const pieces: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  for await (const piece of pieces) {
    length += piece.byteLength;
    if (length > LONGEST) return undefined;
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function refused(error: string, description: string): TokenForm {
  return { outcome: 'refused', error, description };
}
