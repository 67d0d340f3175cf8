import { type Annotations, isSection, type Section } from '@berth/sdk';

/** What the configuration of an image says; `unknown` where it cannot be read, and why. */
export type ImageConfiguration =
  | {
      readonly outcome: 'known';
      /** The whole of it; `undefined` where there is none, or it is no JSON. */
      readonly json: string | undefined;
      readonly labels: Annotations;
      /** `os/architecture` or `os/architecture/variant`. */
      readonly platform: string | undefined;
    }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** That of an artifact which has none. */
export const NO_CONFIGURATION: ImageConfiguration = {
  outcome: 'known',
  json: undefined,
  labels: {},
  platform: undefined,
};

/** Reads the text of a configuration. One that is no JSON object, as those of some artifacts, says nothing. */
export function parseImageConfiguration(json: string): ImageConfiguration {
  const document = parseObject(json);
  if (!document) return NO_CONFIGURATION;
  const { config } = document;
  return {
    outcome: 'known',
    json,
    labels: isSection(config) ? textsOf(config['Labels']) : {},
    platform: platformOf(document),
  };
}

/** The object that `json` says, or `undefined`. */
export function parseObject(json: string): Section | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isSection(value) ? value : undefined;
  } catch {
    // What is no JSON has nothing to say to a rule; core has judged whether it may be pushed.
    return undefined;
  }
}

/** The platform that `value` has the three fields of. */
export function platformOf(value: unknown): string | undefined {
  if (!isSection(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '') return undefined;
  return [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/');
}

/** The entries of a map whose values are texts. */
export function textsOf(value: unknown): Annotations {
  if (!isSection(value)) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}
