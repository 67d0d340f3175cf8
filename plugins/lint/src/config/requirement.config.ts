import { IsIn, IsNotEmpty, IsString } from 'class-validator';
import { IsTextPattern } from './is-text-pattern.js';
import { Optional } from './optional.js';

const KEY = { message: 'the key of an annotation or label' };

const PLACES = ['either', 'annotation', 'label'] as const;

export type RequirementPlace = (typeof PLACES)[number];

/** An annotation or label that must be there. */
export class RequirementConfig {
  @IsString(KEY)
  @IsNotEmpty(KEY)
  readonly key: string = '';

  /** What the whole of its value must match; any value where there is none. */
  @Optional()
  @IsTextPattern()
  readonly pattern?: string;

  /** Where it may stand: as an annotation of the manifest, as a label in the configuration of the image, or in either. */
  @IsIn(PLACES, { message: `one of ${PLACES.join(', ')}` })
  readonly in: RequirementPlace = 'either';
}
