/** The ways in which users may show who they are, as the configuration has them now; nothing of it is secret. */
export interface LoginForms {
  /** With a user and a password, whoever knows them. */
  readonly password: boolean;
  /** With tokens; `realm`: the URL of a token server, absent for this server's own. */
  readonly bearer: { readonly realm: string | undefined; readonly service: string } | undefined;
  /** Whether users may make keys for their robots. */
  readonly apiKeys: boolean;
}

/** In which ways users may log in, for pages that ask them to. */
export abstract class LoginMethods {
  abstract current(): LoginForms;
}
