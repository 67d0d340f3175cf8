import { resolve, sep } from 'node:path';
import { ValidateBy } from 'class-validator';

interface NamedRoot {
  readonly key: string;
  readonly path: string;
}

/**
 * Of a map of sections with a `rootDirectory`: none is the root of another store, or lies in it or around it, for each looks after all
 * files below its own. `others`: what else of the same section names roots.
 */
export function HaveRootsApart(...others: readonly string[]): PropertyDecorator {
  const problemOf = (section: object, property: string): string | undefined => {
    const own = rootsOf(section, property);
    const all = [...others.flatMap((other) => rootsOf(section, other)), ...own];
    const clashes = own.flatMap((root) =>
      all
        .slice(0, all.indexOf(root))
        .filter(({ path }) => isWithin(path, root.path) || isWithin(root.path, path))
        .map((other) => `${root.key} (${root.path}) and ${other.key} (${other.path})`),
    );
    return clashes.length === 0 ? undefined : clashes.join('; ');
  };
  return ValidateBy({
    name: 'haveRootsApart',
    validator: {
      validate: (_, args) => !args || problemOf(args.object, args.property) === undefined,
      defaultMessage: (args) =>
        `root directories none of which is another one or lies in it: not ${args ? (problemOf(args.object, args.property) ?? '') : ''}`,
    },
  });
}

/** What is no path is told of by its own rule. */
function rootsOf(section: object, property: string): NamedRoot[] {
  const value: unknown = Reflect.get(section, property);
  if (typeof value === 'string') return value === '' ? [] : [{ key: property, path: resolve(value) }];
  if (!(value instanceof Map)) return [];
  return [...(value as Map<string, unknown>)].flatMap(([name, entry]) => {
    const root: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'rootDirectory') : undefined;
    return typeof root === 'string' && root !== '' ? [{ key: JSON.stringify(name), path: resolve(root) }] : [];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
