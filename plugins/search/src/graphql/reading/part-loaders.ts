import DataLoader from 'dataloader';
import type { LayerReader, LayerSummary } from '../../read/layer-reader.js';
import type { MemberReader, MemberSummary } from '../../read/member-reader.js';
import type { ReferrerReader, ReferrerSummary, SignatureSummary } from '../../read/referrer-reader.js';
import type { Marks, PreferenceReader } from '../../userprefs/preference-reader.js';
import { NO_MARKS } from '../../userprefs/preference-reader.js';
import type { DocumentReader, ManifestDocument } from './document-reader.js';

/** Most ids of one statement: they travel as one value. */
const AT_ONCE = 5000;

type Loader<Key, Part> = Pick<DataLoader<Key, Part>, 'load'>;

export interface PartReaders {
  readonly documents: DocumentReader;
  readonly layers: LayerReader;
  readonly members: MemberReader;
  readonly referrers: ReferrerReader;
  readonly preferences: PreferenceReader;
}

/**
 * Parts that the fields of one request ask for one by one, read for many at once, and only where a field asks: of manifests by their id,
 * of repositories by their name.
 */
export class PartLoaders {
  readonly documents: Loader<number, ManifestDocument | undefined>;
  readonly layers: Loader<number, readonly LayerSummary[]>;
  readonly members: Loader<number, readonly MemberSummary[]>;
  readonly referrers: Loader<number, readonly ReferrerSummary[]>;
  readonly signatures: Loader<number, readonly SignatureSummary[]>;
  readonly marks: Loader<string, Marks>;

  /** `user`: whose stars and bookmarks count; `undefined` where nobody is known. */
  constructor({ documents, layers, members, referrers, preferences }: PartReaders, user: string | undefined) {
    this.documents = loader((ids) => documents.of(ids), undefined);
    this.layers = loader((ids) => layers.of(ids), []);
    this.members = loader((ids) => members.of(ids), []);
    this.referrers = loader((ids) => referrers.of(ids), []);
    this.signatures = loader((ids) => referrers.signaturesOf(ids), []);
    this.marks = loader((names) => preferences.marksOf(names, user), NO_MARKS);
  }
}

function loader<Key, Part>(
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Part>>,
  absent: Part,
): DataLoader<Key, Part> {
  const batch = async (keys: readonly Key[]): Promise<Part[]> => {
    const found = await read(keys);
    return keys.map((key) => found.get(key) ?? absent);
  };
  return new DataLoader<Key, Part>(batch, { maxBatchSize: AT_ONCE });
}
