import { Controller, Get, Res } from '@nestjs/common';
import { Described, type LoginForms, LoginMethods, type PluginReply, Public } from '@berth/sdk';
import { serverVersion } from './server-version.js';

/** spec.md */
const DISTRIBUTION_SPEC = '1.1.1';

/** `GET /v2/_zot/ext/mgmt`: what pages have to know before anybody has logged in. For everyone, and so without anything secret. */
@Controller()
@Public()
export class ManagementController {
  constructor(private readonly logins: LoginMethods) {}

  @Described({
    summary: 'Which server this is, and in which ways users log in',
    answers: { 200: "the answer, in zot's words", 503: 'the server is starting' },
  })
  @Get()
  get(@Res() reply: PluginReply): void {
    const auth = authOf(this.logins.current());
    const answer = {
      distSpecVersion: DISTRIBUTION_SPEC,
      commit: '',
      releaseTag: serverVersion(),
      binaryType: 'berth',
      // zot's page takes an empty `http` for a server where nobody has to log in.
      http: Object.keys(auth).length > 0 ? { auth } : {},
    };
    reply.code(200).header('Content-Type', 'application/json').header('X-Content-Type-Options', 'nosniff');
    // As bytes: a text would get a character set.
    reply.send(Buffer.from(JSON.stringify(answer)));
  }
}

/** In zot's words, where whoever knows passwords is called `htpasswd`. */
function authOf({ password, bearer, apiKeys }: LoginForms): Readonly<Record<string, unknown>> {
  return {
    ...(password && { htpasswd: {} }),
    ...(bearer && { bearer: { ...(bearer.realm !== undefined && { realm: bearer.realm }), service: bearer.service } }),
    ...(apiKeys && { apikey: true }),
  };
}
