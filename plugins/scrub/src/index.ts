import { definePlugin } from '@berth/sdk';
import { BlobCheck } from './blob-check.js';
import { DamageRecord } from './damage-record.js';
import { DamagedBlobs } from './damaged-blobs.js';
import { RepairRecorder } from './repair-recorder.js';
import { ScrubCommand } from './scrub.command.js';
import { ScrubConfig } from './scrub.config.js';
import { ScrubController } from './scrub.controller.js';
import { ScrubJob } from './scrub.job.js';
import { ScrubMetrics } from './scrub-metrics.js';
import { ScrubProgress } from './scrub-progress.js';
import { ScrubSettings } from './scrub-settings.js';
import { Scrubber } from './scrubber.js';

export default definePlugin({
  name: 'scrub',
  description: 'Reads every stored blob again and again, and takes the damaged ones out of service',
  config: ScrubConfig,
  providers: [BlobCheck, DamageRecord, DamagedBlobs, Scrubber, ScrubMetrics, ScrubProgress, ScrubSettings],
  hooks: { 'blob.repaired': RepairRecorder },
  jobs: [ScrubJob],
  routes: [ScrubController],
  permissions: [{ name: 'read', description: 'See what scrubbing has found, with the names of the affected images' }],
  commands: [ScrubCommand],
  reconfigure: ScrubSettings,
});
