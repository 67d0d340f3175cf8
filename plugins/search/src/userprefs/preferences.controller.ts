import { Controller, Put, Req, Res } from '@nestjs/common';
import {
  AccessControl,
  Described,
  isSection,
  Listing,
  type PluginReply,
  type PluginRequest,
  parseRepositoryName,
  RegistryError,
  RepositoryCatalog,
} from '@berth/sdk';
import type { PreferenceKind } from './preference-tables.js';
import { Preferences } from './preferences.js';

const ACTIONS: Readonly<Record<string, PreferenceKind>> = { toggleBookmark: 'bookmark', toggleStar: 'star' };

/** `PUT /v2/_zot/ext/userprefs?repo=<repository>&action=toggleBookmark|toggleStar`, as zot has it. */
@Controller()
@Listing()
export class PreferencesController {
  constructor(
    private readonly preferences: Preferences,
    private readonly access: AccessControl,
    private readonly catalog: RepositoryCatalog,
  ) {}

  @Described({
    summary: 'Set or take away a bookmark or a star of whoever asks',
    query: {
      repo: { description: 'the repository', isRequired: true, example: 'team/app' },
      action: { description: 'toggleBookmark or toggleStar', isRequired: true, example: 'toggleStar' },
    },
    answers: {
      200: 'it is set, or taken away',
      400: 'a parameter is missing or wrong',
      404: 'there is no such repository',
    },
  })
  @Put()
  async toggle(@Req() { query, facts: { identity } }: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    const { action, repo } = isSection(query) ? query : {};
    const kind = typeof action === 'string' && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!kind) throw badRequest('action has to be toggleBookmark or toggleStar');
    if (typeof repo !== 'string') throw badRequest('repo has to name a repository');
    const { user } = identity;
    if (user === undefined) throw new RegistryError('DENIED', { message: 'only who is known has bookmarks and stars' });
    const name = parseRepositoryName(repo);
    const isThere = name && this.access.may(identity, 'read', name) && (await this.catalog.find(name));
    if (!isThere) throw new RegistryError('NAME_UNKNOWN', { detail: { name: repo } });
    if (!(await this.preferences.toggle(user, kind, name)))
      throw new RegistryError('DENIED', { message: 'too many repositories are marked already' });
    reply.code(200).send();
  }
}

function badRequest(message: string): RegistryError {
  return new RegistryError('UNSUPPORTED', { status: 400, message });
}
