import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import {
  AccessDeniedError,
  type Action,
  ANONYMOUS,
  type Identity,
  Notifier,
  parseRepositoryName,
  RegistryError,
} from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { AuthState } from './auth-state.js';
import type { AuthRegime } from './auth-regime.js';
import { circumstancesOf } from './circumstances.js';
import { putChallenges, scopeOf } from './challenges.js';
import { type RouteRule, routeRuleOf } from './route-rule.js';

/**
 * The one guard that every route passes. Where neither authentication nor access rules are configured, everyone may do everything that
 * is declared; else nobody may do anything but what a rule says. It asks who somebody is, then what they may.
 */
@Injectable()
export class RegistryAuthGuard implements CanActivate {
  /** By controller and handler: controllers that inherit a handler may declare different things. */
  readonly #rules = new WeakMap<object, WeakMap<object, RouteRule>>();

  constructor(
    private readonly state: AuthState,
    private readonly notifier: Notifier,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.#ruleOf(context);
    if (rule.kind === 'public') return true;
    const regime = this.state.current ?? notYet();
    if (regime.isOpen) return admitInTheOpen(rule);
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    const remembered = regime.rememberedOf(request);
    if (remembered) return decide(remembered, { rule, regime, request });
    return this.#identify({ rule, regime, request }, http.getResponse<HttpReply>());
  }

  #ruleOf(context: ExecutionContext): RouteRule {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    let rules = this.#rules.get(controller);
    if (rules === undefined) this.#rules.set(controller, (rules = new WeakMap()));
    let rule = rules.get(handler);
    if (rule === undefined) rules.set(handler, (rule = routeRuleOf(controller, handler)));
    return rule;
  }

  async #identify(asked: Asked, reply: HttpReply): Promise<boolean> {
    const { regime, request, rule } = asked;
    const result = await regime.authenticate(request);
    if (result.outcome === 'known') return decide(result.identity, asked);
    const { method, user, reason } = result;
    request.facts.login = { method, user, reason };
    this.notifier.notify('auth.failed', { method, user }, { requestId: request.id });
    const error = method === 'bearer' ? 'invalid_token' : undefined;
    putChallenges(request, reply, regime.forms, { scope: scopeOfRoute(rule, request), error });
    throw new RegistryError('UNAUTHORIZED', { detail: { reason } });
  }
}

/** Requests are taken only once it is known who may do what. */
function notYet(): never {
  throw new RegistryError('UNAVAILABLE', { message: 'the server is starting' });
}

interface Asked {
  readonly rule: RouteRule;
  readonly regime: AuthRegime;
  readonly request: HttpRequest;
}

/** Nobody is known, and everything that says for whom it is may be done. */
function admitInTheOpen(rule: RouteRule): boolean {
  if (rule.kind !== 'undeclared') return true;
  throw new RegistryError('DENIED', { detail: { reason: 'the route says not for whom it is' } });
}

function decide(identity: Identity, { rule, regime, request }: Asked): boolean {
  const { facts } = request;
  const whole = regime.policy.hasConditions ? { ...identity, circumstances: circumstancesOf(request) } : identity;
  facts.identity = whole;
  facts.actor = identity.user;
  switch (rule.kind) {
    case 'repository':
      return decideOnRepository(whole, rule.actions, regime, request);
    case 'permission':
      if (regime.policy.holds(whole, rule.permission)) return true;
      throw new AccessDeniedError({ permission: rule.permission, rule: 'nobody but holders of the permission' });
    case 'ping':
      if (identity !== ANONYMOUS || regime.answersPingToAnyone) return true;
      break;
    case 'listing':
      if (identity.user !== undefined || identity.mayListCatalog || regime.policy.hasAnonymous) return true;
      break;
    case 'known':
      if (identity.user !== undefined) return true;
      break;
    case 'login':
    case 'public':
      return true;
    case 'undeclared':
      break;
  }
  throw new AccessDeniedError({ rule: rule.kind === 'undeclared' ? 'the route is for nobody' : 'only who is known' });
}

function decideOnRepository(
  identity: Identity,
  actions: readonly Action[],
  regime: AuthRegime,
  request: HttpRequest,
): boolean {
  const { name = '' } = request.params as { readonly name?: string };
  const repository = parseRepositoryName(name);
  if (!repository) {
    // What is no name holds nothing; whoever is known is told so where it is read.
    if (identity.user !== undefined) return true;
    throw new AccessDeniedError({ rule: 'only who is known' });
  }
  request.facts.repository = repository;
  let refusal: AccessDeniedError | undefined;
  for (const action of actions) {
    const { allowed, rule, reason } = regime.policy.decide({ identity, action, repository });
    if (allowed) return true;
    refusal ??= new AccessDeniedError({ action, repository, rule, reason });
  }
  throw refusal ?? new AccessDeniedError({ repository, rule: 'the route is for nobody' });
}

function scopeOfRoute(rule: RouteRule, request: HttpRequest): string | undefined {
  if (rule.kind === 'listing') return 'registry:catalog:*';
  const [action] = rule.kind === 'repository' ? rule.actions : [];
  const repository = parseRepositoryName((request.params as { readonly name?: string }).name ?? '');
  return action && repository && scopeOf(repository, action);
}
