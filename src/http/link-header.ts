/** `Link: <path?query>; rel="next"`. RFC 8288; spec.md#listing-tags */
export function nextLink(path: string, query: readonly (readonly [string, string])[]): string {
  return `<${path}?${new URLSearchParams(query.map(([key, value]): [string, string] => [key, value])).toString()}>; rel="next"`;
}
