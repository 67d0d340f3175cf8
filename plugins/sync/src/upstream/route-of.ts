const ROUTES: readonly (readonly [RegExp, string])[] = [
  [/\/manifests\/[^/]+$/, '/v2/:name/manifests/:reference'],
  [/\/blobs\/[^/]+$/, '/v2/:name/blobs/:digest'],
  [/\/referrers\/[^/]+$/, '/v2/:name/referrers/:digest'],
  [/\/tags\/list$/, '/v2/:name/tags/list'],
];

/** What kind of thing a path asks for, without what it is called: there are few of these, and many paths. */
export function routeOf(path: string): string {
  const [bare = ''] = path.split('?');
  return ROUTES.find(([form]) => form.test(bare))?.[1] ?? '/v2';
}
