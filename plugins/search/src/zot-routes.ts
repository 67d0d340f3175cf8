import type { ClaimedRoute } from '@berth/sdk';
import { GraphqlController } from './graphql/graphql.controller.js';
import { ManagementController } from './management/management.controller.js';
import type { SearchConfig } from './search.config.js';
import { PreferencesController } from './userprefs/preferences.controller.js';

/** Where zot's clients look for them. */
export const ZOT_ROUTES: readonly ClaimedRoute<SearchConfig>[] = [
  { controller: GraphqlController, path: '/v2/_zot/ext/search' },
  { controller: PreferencesController, path: '/v2/_zot/ext/userprefs' },
  { controller: ManagementController, path: '/v2/_zot/ext/mgmt' },
];
