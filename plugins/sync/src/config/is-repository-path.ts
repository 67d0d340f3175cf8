import { parseRepositoryGlob, parseRepositoryName } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

/** Without the slashes that zot's files begin and end paths with. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/** A pattern over repositories of the upstream: a name, `*` for one part of it, `**` for any number. */
export function IsRepositoryPattern(): PropertyDecorator {
  return ValidateBy({
    name: 'isRepositoryPattern',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && trimSlashes(value) !== '' && parseRepositoryGlob(trimSlashes(value)) !== undefined,
      defaultMessage: () => 'a pattern over repository names such as "library/nginx", "team/*" or "**"',
    },
  });
}

/** The beginning of repository names; `/` or nothing for none. */
export function IsRepositoryPath(): PropertyDecorator {
  return ValidateBy({
    name: 'isRepositoryPath',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        (trimSlashes(value) === '' || parseRepositoryName(trimSlashes(value)) !== undefined),
      defaultMessage: () => 'a path such as "/mirror/team", in lower case',
    },
  });
}
