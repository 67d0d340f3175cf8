import { Injectable } from '@nestjs/common';
import { Clock, Meter, Notifier } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { ApiKeys } from '../metadata/api-keys.js';
import { SigningKeys } from '../metadata/signing-keys.js';

/** What a regime works with, whatever the configuration says. */
@Injectable()
export class RegimeParts {
  constructor(
    readonly logger: RegistryLogger,
    readonly notifier: Notifier,
    readonly meter: Meter,
    readonly clock: Clock,
    readonly signingKeys: SigningKeys,
    readonly apiKeys: ApiKeys,
  ) {}
}
