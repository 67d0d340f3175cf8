import { ArrayMaxSize, IsArray, IsOptional, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';

const LABEL = { message: 'a text of at most 256 characters' };
const SCOPES = { message: 'a list of at most 100 scopes' };

const DATE = { message: 'a date such as "2027-01-31T00:00:00Z"' };
const INSTANT = /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?$/;

/** What has the form of one need not be one. */
function IsInstant(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && Number.isFinite(Date.parse(value));
  return ValidateBy({ name: 'isInstant', validator: { validate, defaultMessage: () => DATE.message } });
}

/** The body that asks for a key, as zot has it. */
export class ApiKeyRequest {
  @IsString(LABEL)
  @MaxLength(256, LABEL)
  label = '';

  @IsArray(SCOPES)
  @ArrayMaxSize(100, SCOPES)
  @IsString({ each: true, ...SCOPES })
  @MaxLength(512, { each: true, message: 'scopes of at most 512 characters' })
  scopes: string[] = [];

  /** A day, or an instant. RFC 3339 */
  @IsOptional()
  @Matches(INSTANT, DATE)
  @IsInstant()
  expirationDate?: string;
}
