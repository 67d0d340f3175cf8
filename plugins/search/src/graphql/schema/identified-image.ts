import type { MemberSummary } from '../../read/member-reader.js';
import { membersOf, requiredImage } from './image-reference.js';
import { checkedText, type ImageInputValue } from './inputs.js';
import type { Member } from './manifest-summary.js';
import type { QueryContext } from './query-context.js';
import type { IdentifiedImage } from './vulnerability-results.js';

/** What an `ImageInput` means: an image, and of one for several platforms those that are asked for. */
export async function identified(
  input: ImageInputValue,
  argument: string,
  context: QueryContext,
): Promise<{ readonly image: IdentifiedImage; readonly members: readonly Member[] }> {
  const { Repo: name, Tag: tag, Platform: platform } = input;
  const digest = input.Digest === '' ? undefined : input.Digest;
  const image = await requiredImage(`${name}:${tag}`, context, argument);
  const { repository } = image;
  const found = (await membersOf(image, digest, context)).filter((member) => isFor(member, platform));
  const only = found.length === 1 ? found[0] : undefined;
  return {
    image: { repository, tag, digest: only?.digest ?? digest ?? image.digest, platform: only?.platform },
    members: found.map((member) => ({ ...member, repository })),
  };
}

function isFor({ platform }: MemberSummary, wanted: ImageInputValue['Platform']): boolean {
  const os = checkedText(wanted?.Os ?? '', 'Platform.Os').toLowerCase();
  const architecture = checkedText(wanted?.Arch ?? '', 'Platform.Arch').toLowerCase();
  const { architecture: own = '', variant = '' } = platform ?? {};
  const isArchitecture = architecture === '' || architecture === own || architecture === `${own}/${variant}`;
  return (os === '' || os === platform?.os) && isArchitecture;
}
