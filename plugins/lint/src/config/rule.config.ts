import { type ByteSize, IsByteSize, type Origin, parseDigest, parseTag } from '@berth/sdk';
import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsExpression } from './is-expression.js';
import { IsGlobList } from './is-glob-list.js';
import { IsListOf } from './is-list-of.js';
import { IsTextPattern } from './is-text-pattern.js';
import { Optional } from './optional.js';
import { RequirementConfig } from './requirement.config.js';
import { AsksForSomething } from './asks-for-something.js';

const NAME = { message: 'a name of at most 100 characters' };
const TEXT = { message: 'a text of at most 500 characters' };
const REQUIREMENTS = { message: 'a list of objects with a key' };
const MODES = ['enforce', 'warn'] as const;
const ORIGINS: readonly Origin[] = ['pushed', 'imported', 'mirrored'];
const LAYERS = { message: 'a number of layers' };

export type RuleMode = (typeof MODES)[number];

/** One rule: which manifests it is about, and what they must be. */
export class RuleConfig {
  @IsString(NAME)
  @IsNotEmpty(NAME)
  @MaxLength(100, NAME)
  @AsksForSomething()
  readonly name: string = '';

  @IsGlobList('a list of patterns over repository names such as "team/**"')
  readonly repositories: readonly string[] = ['**'];

  @IsIn(MODES, { message: `one of ${MODES.join(', ')}` })
  readonly mode: RuleMode = 'enforce';

  @IsArray({ message: 'a list of origins' })
  @ArrayNotEmpty({ message: 'a list of origins' })
  @IsIn(ORIGINS, { each: true, message: `some of ${ORIGINS.join(', ')}` })
  readonly origins: readonly Origin[] = ['pushed', 'imported'];

  /** Whether it is about signatures and other referrers too. */
  @IsBoolean({ message: 'true or false' })
  readonly referrers: boolean = false;

  /** Said to the client before what the rule found. */
  @Optional()
  @IsString(TEXT)
  @IsNotEmpty(TEXT)
  @MaxLength(500, TEXT)
  readonly message?: string;

  @Optional()
  @IsArray(REQUIREMENTS)
  @ArrayNotEmpty(REQUIREMENTS)
  @ValidateNested({ each: true, ...REQUIREMENTS })
  @Type(() => RequirementConfig)
  readonly require?: readonly RequirementConfig[];

  /** What the whole of a tag must match. */
  @Optional()
  @IsTextPattern()
  readonly tagPattern?: string;

  @Optional()
  @IsListOf('tags', (text) => parseTag(text) !== undefined)
  readonly forbiddenTags?: readonly string[];

  @Optional()
  @IsInt(LAYERS)
  @Min(0, LAYERS)
  readonly maxLayers?: number;

  /** Of the configuration and all layers, as the manifest says. */
  @Optional()
  @IsByteSize()
  readonly maxBytes?: ByteSize;

  @Optional()
  @IsByteSize()
  readonly maxLayerBytes?: ByteSize;

  @Optional()
  @IsListOf('digests', (text) => parseDigest(text) !== undefined)
  readonly baseDigests?: readonly string[];

  @Optional()
  @IsGlobList('a list of patterns over image names such as "docker.io/library/debian:*"')
  readonly baseNames?: readonly string[];

  @Optional()
  @IsExpression()
  readonly expression?: string;
}
