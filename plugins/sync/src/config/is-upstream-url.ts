import { ValidateBy } from 'class-validator';

/** The root of a registry: scheme, host and port, and nothing behind them. Credentials have a file of their own. */
export function parseUpstreamUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isRoot = url.pathname === '/' && url.search === '' && url.hash === '';
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && isRoot && url.username === '' && url.password === '' ? url : undefined;
}

/** A list of at least one root of a registry. */
export function AreUpstreamUrls(): PropertyDecorator {
  return ValidateBy({
    name: 'areUpstreamUrls',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) && value.length > 0 && value.every((url) => parseUpstreamUrl(url) !== undefined),
      defaultMessage: (args) => {
        const at = Array.isArray(args?.value) ? args.value.findIndex((url) => parseUpstreamUrl(url) === undefined) : -1;
        return `a list of URLs such as "https://registry.example.com", without path or password${at < 0 ? '' : `: entry ${at} is none`}`;
      },
    },
  });
}
