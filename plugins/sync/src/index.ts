import { definePlugin } from '@berth/sdk';
import { SyncConfig } from './config/sync.config.js';
import { EcrCredentials } from './credentials/ecr.credentials.js';
import { GcpCredentials } from './credentials/gcp.credentials.js';
import { Oauth2Credentials } from './credentials/oauth2.credentials.js';
import { TokenEndpoint } from './credentials/token-endpoint.js';
import { BackgroundRetries } from './mirror/background-retries.js';
import { FreshTags } from './mirror/fresh-tags.js';
import { Mirror } from './mirror/mirror.js';
import { NamespaceResolver } from './mirror/namespace-resolver.js';
import { PullTally } from './mirror/pull-tally.js';
import { Registries } from './mirror/registries.js';
import { AskedReferrers } from './periodic/asked-referrers.js';
import { PeriodicJob } from './periodic/periodic.job.js';
import { PeriodicRuns } from './periodic/periodic-runs.js';
import { Planning } from './periodic/planning.js';
import { PolledTags } from './periodic/polled-tags.js';
import { RunMetrics } from './periodic/run-metrics.js';
import { RunPorts } from './periodic/run-ports.js';
import { RunRecords } from './periodic/run-records.js';
import { MIGRATIONS } from './periodic/run-tables.js';
import { SyncCommand } from './periodic/sync.command.js';
import { PushGate } from './push.gate.js';
import { BlobSource } from './sources/blob.source.js';
import { HeldBlobs } from './sources/held-blobs.js';
import { ManifestSource } from './sources/manifest.source.js';
import { ReferrersSource } from './sources/referrers.source.js';
import { SignatureRule } from './sources/signature-rule.js';
import { TagListSource } from './sources/tag-list.source.js';
import { TagSource } from './sources/tag.source.js';
import { BreakersProbe } from './status/breakers.probe.js';
import { StatusController } from './status/status.controller.js';
import { SyncMetrics } from './sync-metrics.js';
import { CredentialFiles } from './upstream/credential-files.js';

export default definePlugin({
  name: 'sync',
  description: 'Mirrors other registries: what is asked for is fetched, kept and served',
  config: SyncConfig,
  providers: [
    AskedReferrers,
    BackgroundRetries,
    CredentialFiles,
    FreshTags,
    HeldBlobs,
    Mirror,
    PeriodicRuns,
    Planning,
    PolledTags,
    PullTally,
    Registries,
    RunMetrics,
    RunPorts,
    RunRecords,
    SignatureRule,
    SyncMetrics,
    TokenEndpoint,
  ],
  hooks: {
    'upload.beforeStart': PushGate,
    'blob.beforeCommit': PushGate,
    'manifest.beforePut': PushGate,
    'manifest.readMiss': ManifestSource,
    'tag.refresh': TagSource,
    'blob.readMiss': BlobSource,
    'referrers.refresh': ReferrersSource,
    'tags.listMiss': TagListSource,
    'manifest.pulled': PullTally,
  },
  jobs: [PeriodicJob],
  commands: [SyncCommand],
  migrations: MIGRATIONS,
  routes: [StatusController],
  permissions: [{ name: 'read', description: 'see how the upstreams of the mirror are' }],
  health: [BreakersProbe],
  upstreamCredentials: { ecr: EcrCredentials, gcp: GcpCredentials, oauth2: Oauth2Credentials },
  repositoryResolver: NamespaceResolver,
  reconfigure: Registries,
});
