import { Type } from 'class-transformer';
import { IsBoolean, IsObject, ValidateNested } from 'class-validator';
import { IsRepositoryPath, IsRepositoryPattern } from './is-repository-path.js';
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

  @Optional()
  @IsBoolean(FLAG)
  readonly semver?: boolean;
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

  /** What they lie below; absent: nothing. */
  @Optional()
  @IsRepositoryPath()
  readonly destination?: string;

  /** Whether what stands before the first `*` of the prefix is left out of the name here. */
  @IsBoolean(FLAG)
  readonly stripPrefix: boolean = false;
}
