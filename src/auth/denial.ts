import { Injectable } from '@nestjs/common';
import { type AccessDeniedError, type Identity, parseRepositoryName, RegistryError } from '@berth/sdk';
import { DenialAnswer } from '../http/denial-answer.js';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { AuthState } from './auth-state.js';
import { putChallenges, scopeOf } from './challenges.js';

/**
 * 401 with challenges where other credentials may help: for nobody known, and for a token that is good for less than its user. 403
 * where they will not. The token protocol of Docker
 */
@Injectable()
export class ChallengingDenial extends DenialAnswer {
  constructor(private readonly state: AuthState) {
    super();
  }

  answer(denied: AccessDeniedError, request: HttpRequest, reply: HttpReply): RegistryError {
    const { identity } = request.facts;
    const { action, repository, rule } = denied.denial;
    request.facts.rule = rule;
    const isToken = identity.limits !== undefined && identity.method === 'bearer';
    const mayHelp = identity.user === undefined || (isToken && this.#mayWithoutLimits(identity, denied));
    if (!mayHelp) return denied;
    const scope = action && repository !== undefined ? scopeOf(repository, action) : undefined;
    putChallenges(request, reply, this.state.current?.forms ?? {}, {
      scope,
      error: isToken ? 'insufficient_scope' : undefined,
    });
    return new RegistryError('UNAUTHORIZED', { detail: denied.detail });
  }

  /** Whether another token of the same user could do it. That of somebody else's token server: only that server knows. */
  #mayWithoutLimits(identity: Identity, { denial: { action, repository } }: AccessDeniedError): boolean {
    if (identity.isGrantedElsewhere) return true;
    const name = parseRepositoryName(repository ?? '');
    if (!action || !name) return false;
    const { limits: _, ...unlimited } = identity;
    return this.state.current?.policy.decide({ identity: unlimited, action, repository: name }).allowed ?? false;
  }
}
