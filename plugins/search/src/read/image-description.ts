import type { ImageDescription } from './image-summary.js';

const PREFIX = 'org.opencontainers.image.';
/** What came before the OCI's keys, and is still written. http://label-schema.org/rc1/ */
const FORMER = 'org.label-schema.';

type Pairs = Readonly<Record<string, string>>;

/** What annotations and labels say of an image in the words of the specification. */
export function descriptionOf(annotations: Pairs, labels: Pairs, author: string | null): ImageDescription {
  const said = (name: string, former?: string): string | undefined => {
    const keys = [PREFIX + name, ...(former === undefined ? [] : [FORMER + former])];
    const values = keys.flatMap((key) => [valueOf(annotations, key), valueOf(labels, key)]);
    return values.find((value) => value !== undefined && value !== '');
  };
  return {
    title: said('title', 'name'),
    description: said('description', 'description'),
    licenses: said('licenses'),
    source: said('source', 'vcs-url'),
    documentation: said('documentation', 'usage'),
    vendor: said('vendor', 'vendor'),
    authors: said('authors') ?? author ?? undefined,
  };
}

/** Keys come from clients: one may be called like something that every object has. */
function valueOf(pairs: Pairs, key: string): string | undefined {
  return Object.hasOwn(pairs, key) ? pairs[key] : undefined;
}
