import { Injectable } from '@nestjs/common';
import { CredentialBackends } from '@berth/sdk';
import { RepositoryResolution } from '../http/repository-resolution.js';
import { ContributedScanner } from './contributed-scanner.js';
import { PluginCredentials } from './plugin-credentials.js';
import { UpstreamStores } from './upstream-stores.js';

/** Who takes what plugins contribute that the server, or another plugin, asks by name. */
@Injectable()
export class ContributedServices {
  constructor(
    readonly resolution: RepositoryResolution,
    readonly upstreamStores: UpstreamStores,
    readonly backends: CredentialBackends,
    readonly helpers: PluginCredentials,
    readonly scanner: ContributedScanner,
  ) {}
}
