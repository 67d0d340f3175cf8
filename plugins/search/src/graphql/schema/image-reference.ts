import {
  type Digest,
  parseDigest,
  parseRepositoryName,
  parseTag,
  type Reference,
  type RepositoryName,
} from '@berth/sdk';
import type { ImageSummary } from '../../read/image-summary.js';
import type { MemberSummary } from '../../read/member-reader.js';
import { QueryRefusal } from '../query-refusal.js';
import { checkedText } from './inputs.js';
import type { QueryContext } from './query-context.js';

/** `repository:tag`, or `repository@digest`. */
export interface ImageName {
  readonly repository: RepositoryName;
  readonly reference: Reference;
}

/** @throws QueryRefusal for what names no image */
export function parseImageName(text: string, argument = 'image'): ImageName {
  const name = checkedText(text, argument);
  const at = name.indexOf('@');
  const end = at < 0 ? name.lastIndexOf(':') : at;
  const repository = parseRepositoryName(name.slice(0, Math.max(end, 0)));
  const reference = referenceOf(name.slice(end + 1), at >= 0);
  if (repository && reference) return { repository, reference };
  throw new QueryRefusal(`${argument} has to be repository:tag or repository@digest`);
}

function referenceOf(text: string, isDigest: boolean): Reference | undefined {
  if (isDigest) {
    const digest: Digest | undefined = parseDigest(text);
    return digest && { kind: 'digest', digest };
  }
  const tag = parseTag(text);
  return tag && { kind: 'tag', tag };
}

/**
 * The image of a name; what may not be read is not there.
 *
 * @throws QueryRefusal for what names no image
 */
export async function imageOf(
  text: string,
  context: QueryContext,
  argument?: string,
): Promise<ImageSummary | undefined> {
  const { repository, reference } = parseImageName(text, argument);
  const id = await context.readers.images.find(repository, reference, context.scope);
  const [image] = id === undefined ? [] : await context.readers.images.summaries([id]);
  return image;
}

/** @throws QueryRefusal where there is no such image, or what names none */
export async function requiredImage(text: string, context: QueryContext, argument?: string): Promise<ImageSummary> {
  const image = await imageOf(text, context, argument);
  if (!image) throw new QueryRefusal(`the image ${text} is not there`);
  return image;
}

/** Of an image for several platforms those with the digest, if one is asked for. */
export async function membersOf(
  { manifestId }: ImageSummary,
  digest: string | null | undefined,
  { parts }: QueryContext,
): Promise<readonly MemberSummary[]> {
  const members = await parts.members.load(manifestId);
  return digest ? members.filter((member) => member.digest === checkedText(digest, 'digest')) : members;
}
