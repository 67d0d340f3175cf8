import { Type } from 'class-transformer';
import { IsBoolean, IsObject, ValidateNested } from 'class-validator';
import { ArePlatforms } from './are-platforms.js';
import { IsRepositoryPath, IsRepositoryPattern } from './is-repository-path.js';
import { IsSemverRule } from './is-semver-rule.js';
import { IsTagPattern } from './is-tag-pattern.js';
import { Optional } from './optional.js';

const FLAG = { message: 'true or false' };
const TAGS = { message: 'an object with regex, excludeRegex or semver' };

/** Which tags a periodic run takes. As in zot, what is asked for on demand is not bound by it. */
export class TagsConfig {
  @Optional()
  @IsTagPattern()
  readonly regex?: string;

  @Optional()
  @IsTagPattern()
  readonly excludeRegex?: string;

  /** True: what names a version, as in zot. A text: the versions that the range holds for, which is Berth's own. */
  @Optional()
  @IsSemverRule()
  readonly semver?: boolean | string;
}

/** Some repositories of an upstream, and where they lie here. */
export class ContentConfig {
  @IsRepositoryPattern()
  readonly prefix: string = '';

  @Optional()
  @IsObject(TAGS)
  @ValidateNested(TAGS)
  @Type(() => TagsConfig)
  readonly tags?: TagsConfig;

  /** Of these, whatever the upstream has; absent: what its registry says. */
  @Optional()
  @ArePlatforms()
  readonly platforms?: readonly string[];

  /** What they lie below; absent: nothing. */
  @Optional()
  @IsRepositoryPath()
  readonly destination?: string;

  /** Whether what stands before the first `*` of the prefix is left out of the name here. */
  @IsBoolean(FLAG)
  readonly stripPrefix: boolean = false;
}
