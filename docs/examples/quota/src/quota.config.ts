import { Type } from 'class-transformer';
import { Matches, ValidateNested } from 'class-validator';
import {
  type ByteSize,
  byteSize,
  type Duration,
  milliseconds,
  IsByteSize,
  IsDuration,
  type RepositoryName,
} from '@berth/sdk';

/** Most bytes that the repository `prefix` and all below it may hold together. */
export class PrefixLimit {
  @Matches(/^[a-z0-9][a-z0-9._/-]*$/)
  declare readonly prefix: RepositoryName;

  @IsByteSize()
  declare readonly limit: ByteSize;
}

export class QuotaConfig {
  @ValidateNested({ each: true })
  @Type(() => PrefixLimit)
  readonly limits: readonly PrefixLimit[] = [];

  /** Reserved for an upload that does not say how long it will be. */
  @IsByteSize()
  readonly undeclared: ByteSize = byteSize(1_000_000_000);

  /** How long a reservation holds; what takes longer is checked again at its end. */
  @IsDuration()
  readonly expiry: Duration = milliseconds(60 * 60 * 1000);

  /** The limits that `repository` counts against. */
  limitsOf(repository: RepositoryName): readonly PrefixLimit[] {
    return this.limits.filter(({ prefix }) => repository === prefix || repository.startsWith(`${prefix}/`));
  }
}
