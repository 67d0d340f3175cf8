import { Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import {
  AccessControl,
  AccessDeniedError,
  type Identity,
  isSection,
  readJson,
  RegistryError,
  validateSection,
} from '@berth/sdk';
import type { ApiKeyRow } from '../../metadata/api-keys.js';
import type { HttpReply, HttpRequest } from '../../http/exchange.js';
import { queryOne } from '../../http/query.js';
import { AuthState } from '../auth-state.js';
import { Guarded } from '../route-rule.js';
import { MANAGE_API_KEYS } from './api-key-permission.js';
import { ApiKeyRequest } from './api-key-request.js';
import { ApiKeyService } from './api-key.service.js';

const LARGEST_BODY = 8 * 1024;

type Known = Identity & { readonly user: string };

/** Zot's paths and shapes: users make, list and revoke their own keys; with `?user=`, administrators those of others. */
@Controller('zot/auth/apikey')
export class ApiKeyController {
  constructor(
    private readonly state: AuthState,
    private readonly keys: ApiKeyService,
    private readonly access: AccessControl,
  ) {}

  @Guarded({ kind: 'known' })
  @Get()
  async list(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    const keys = await this.keys.list(this.#ownerAskedFor(request));
    void reply.send({ apiKeys: keys.map((row) => this.#describe(row)) });
  }

  @Guarded({ kind: 'known' })
  @Post()
  async create(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    const owner = this.#userOf(request);
    const { label, scopes, expirationDate } = await requestOf(request);
    const { maxLifetime, isKnown = () => Promise.resolve(false) } = this.state.current?.apiKeys ?? {};
    const { key, row } = await this.keys.create(owner, {
      label,
      scopes,
      expiresAt: expirationDate === undefined ? undefined : Date.parse(expirationDate),
      creatorAgent: request.headers['user-agent'] ?? '',
      maxLifetime,
      isKnown,
    });
    void reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...this.#describe(row), apiKey: key });
  }

  /** `?id=`: one; `?user=` alone: all of that user. */
  @Guarded({ kind: 'known' })
  @Delete()
  async revoke(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    const owner = this.#ownerAskedFor(request);
    const id = queryOne(request, 'id');
    if (id === undefined && queryOne(request, 'user') === undefined) throw invalid('the query names no id');
    const revoked = id === undefined ? await this.keys.revokeAll(owner) : Number(await this.keys.revoke(owner, id));
    if (id !== undefined && revoked === 0)
      throw new RegistryError('UNKNOWN', { status: 404, message: 'there is no such key' });
    void reply.send({ revoked });
  }

  #ownerAskedFor(request: HttpRequest): string {
    const self = this.#userOf(request);
    const user = queryOne(request, 'user');
    if (user === undefined || user === self.user) return self.user;
    if (this.access.holds(self, MANAGE_API_KEYS)) return user;
    throw new AccessDeniedError({
      permission: MANAGE_API_KEYS,
      rule: 'keys of others are for holders of apikeys.manage',
    });
  }

  /** A key or a token that is good for less than its user must not make one that is good for more. */
  #userOf({ facts: { identity } }: HttpRequest): Known {
    if (!this.state.current?.apiKeys)
      throw new RegistryError('UNKNOWN', { status: 404, message: 'API keys are not enabled' });
    const { user, limits, method } = identity;
    if (user === undefined || limits || method === 'apiKey')
      throw new AccessDeniedError({
        rule: 'API keys are made by users who log in themselves',
        reason: 'log in without a key',
      });
    return { ...identity, user };
  }

  #describe(row: ApiKeyRow): object {
    return {
      uuid: row.id,
      label: row.label,
      scopes: row.scopes,
      createdAt: dateOf(row.createdAt),
      expirationDate: row.expiresAt === undefined ? NEVER : dateOf(row.expiresAt),
      isExpired: this.keys.isExpired(row),
      lastUsed: row.lastUsed === undefined ? NEVER : dateOf(row.lastUsed),
      creatorUa: row.creatorAgent,
      generatedBy: 'manual',
    };
  }
}

/** What zot's clients take for "not set". */
const NEVER = '0001-01-01T00:00:00Z';

function dateOf(time: number): string {
  return new Date(time).toISOString();
}

async function requestOf(request: HttpRequest): Promise<ApiKeyRequest> {
  // A page of another site cannot send this type without asking first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw invalid('the body must be application/json');
  const body = await readJson(request, LARGEST_BODY);
  if (!isSection(body)) throw invalid('the body must be an object');
  const { config, violations } = validateSection(ApiKeyRequest, body, { refuseUnknown: true });
  const [first] = violations;
  if (first) throw invalid(`${first.key}: ${first.found}; allowed: ${first.allowed}`);
  return config;
}

function invalid(message: string): RegistryError {
  return new RegistryError('UNSUPPORTED', { status: 400, message });
}
