import { IsArray, IsIn, IsNotEmpty, IsString } from 'class-validator';
import { GoesWith } from './goes-with.js';
import { Optional } from './optional.js';

export const CLIENT_CREDENTIALS = 'client_credentials';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const GRANTS = [CLIENT_CREDENTIALS, JWT_BEARER, TOKEN_EXCHANGE] as const;

const URL_TEXT = { message: 'a URL such as "https://login.example.com/token"' };
const FILE = { message: 'the path of a file' };
const TEXT = { message: 'a text that is not empty' };
const SCOPES = { message: 'a list of texts' };

const isWeb = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
const isUri = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value);
const isExchange = (sibling: (name: string) => unknown): boolean => sibling('grantType') === TOKEN_EXCHANGE;

/** How `oauth2` gets a token that an upstream takes for a login: by an assertion of somebody else's, or one that it signs. As in zot. */
export class Oauth2Config {
  @GoesWith(isWeb, URL_TEXT.message)
  @GoesWith(
    (_, sibling) => (sibling('assertionFile') === undefined) !== (sibling('signingFile') === undefined),
    'a URL beside either assertionFile or signingFile',
  )
  @GoesWith(
    (_, sibling) => !isExchange(sibling) || sibling('audience') !== undefined,
    'a URL beside audience, where grantType is that of token exchange',
  )
  readonly tokenURL: string = '';

  @Optional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  readonly assertionFile?: string;

  @Optional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  readonly signingFile?: string;

  @IsIn(GRANTS, { message: `one of ${GRANTS.join(', ')}` })
  readonly grantType: (typeof GRANTS)[number] = CLIENT_CREDENTIALS;

  @Optional()
  @IsString(TEXT)
  @IsNotEmpty(TEXT)
  readonly clientID?: string;

  @Optional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  readonly clientSecretFile?: string;

  @IsArray(SCOPES)
  @IsString({ each: true, ...SCOPES })
  readonly scopes: readonly string[] = [];

  /** The upstream is told this user with the token. */
  @IsString(TEXT)
  @IsNotEmpty(TEXT)
  readonly username: string = '<token>';

  @Optional()
  @IsString(TEXT)
  @IsNotEmpty(TEXT)
  @GoesWith((_, sibling) => isExchange(sibling), 'nothing: it belongs to the grantType of token exchange')
  readonly audience?: string;

  @Optional()
  @GoesWith((value, sibling) => isUri(value) && isExchange(sibling), 'a URI, beside the grantType of token exchange')
  readonly subjectTokenType?: string;

  @Optional()
  @GoesWith((value, sibling) => isUri(value) && isExchange(sibling), 'a URI, beside the grantType of token exchange')
  readonly requestedTokenType?: string;
}
