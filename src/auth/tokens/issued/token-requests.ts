import { Injectable } from '@nestjs/common';
import { Notifier, RegistryError } from '@berth/sdk';
import type { HttpRequest } from '../../../http/exchange.js';
import { hostOf } from '../../../http/external-url.js';
import { queryAll } from '../../../http/query.js';
import { RepositoryResolution } from '../../../http/repository-resolution.js';
import { withBody } from '../../../http/request-body.js';
import { contextOf } from '../../../http/request-context.js';
import { CredentialCheck } from '../../credential-check.js';
import { answerGrant, answerRefusal, answerToken, answerWrongPassword, type TokenAnswer } from './token-answers.js';
import { readTokenForm } from './token-form.js';
import type { MeantRepository, TokenIssuer } from './token-issuer.js';
import { TokenServer } from './token-server.js';

/** Docker's token protocol, both its forms. https://distribution.github.io/distribution/spec/auth/token/ */
@Injectable()
export class TokenRequests {
  constructor(
    private readonly server: TokenServer,
    private readonly credentials: CredentialCheck,
    private readonly notifier: Notifier,
    private readonly resolution: RepositoryResolution,
  ) {}

  /** For whoever the guard has found to ask. */
  async byQuery(request: HttpRequest): Promise<TokenAnswer> {
    const issuer = this.#issuer();
    const { identity } = request.facts;
    // Otherwise one that is to live for minutes could be exchanged for another for ever.
    if (identity.method === 'bearer') return answerWrongPassword(issuer.service);
    return answerToken(await issuer.issue(identity, queryAll(request, 'scope'), this.#meaningOf(request)));
  }

  /** For whom the form names. */
  async byForm(request: HttpRequest): Promise<TokenAnswer> {
    const issuer = this.#issuer();
    const form = await withBody(request, request.facts.idleTimeout, readTokenForm);
    if (form.outcome === 'refused') return answerRefusal(form.error, form.description);
    const { user, password, scopes } = form;
    const attempt = { address: request.ip, signal: contextOf(request).signal };
    const identity = await this.credentials.check({ user, password }, attempt);
    if (!identity) {
      request.facts.login = { method: 'basic', user, reason: 'user and password do not go together' };
      this.notifier.notify('auth.failed', { method: 'basic', user }, { requestId: request.id });
      return answerWrongPassword(issuer.service);
    }
    request.facts.identity = identity;
    request.facts.actor = identity.user;
    return answerGrant(await issuer.issue(identity, scopes, this.#meaningOf(request)));
  }

  /** docker asks for a token by the name that the host it mirrors has for a repository. `host`: as the challenge of that host says. */
  #meaningOf(request: HttpRequest): MeantRepository {
    const host = queryAll(request, 'host')[0] ?? hostOf(request);
    return (name) => this.resolution.meant(name, host);
  }

  #issuer(): TokenIssuer {
    const { issuer } = this.server;
    if (!issuer) throw new RegistryError('UNSUPPORTED', { status: 404, message: 'this registry issues no tokens' });
    return issuer;
  }
}
