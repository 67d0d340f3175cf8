/** What administrators of API keys hold, named in access rules as the permissions of plugins are. */
export const MANAGE_API_KEYS = 'apikeys.manage';
