import { ArrayMaxSize, IsArray, IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';

const LABEL = { message: 'a text of at most 256 characters' };
const SCOPES = { message: 'a list of at most 100 scopes' };

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

  /** RFC 3339. */
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true }, { message: 'a date such as "2027-01-31T00:00:00Z"' })
  expirationDate?: string;
}
