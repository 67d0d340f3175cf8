import { definePlugin } from '@berth/sdk';
import { CommitGate } from './commit.gate.js';
import { QuotaConfig } from './quota.config.js';
import { ReleaseMount, ReleaseUpload } from './release.listener.js';
import { migrations, Reservations } from './reservations.js';
import { StartGate } from './start.gate.js';
import { UsageController } from './usage.controller.js';

export default definePlugin({
  name: 'quota',
  description: 'Limits the bytes of all repositories below a prefix',
  config: QuotaConfig,
  migrations,
  providers: [Reservations],
  hooks: {
    'upload.beforeStart': StartGate,
    'blob.beforeCommit': CommitGate,
    'upload.finished': ReleaseUpload,
    'upload.expired': ReleaseUpload,
    'blob.mounted': ReleaseMount,
  },
  routes: [UsageController],
  permissions: [{ name: 'read', description: 'see how much of each limit is used' }],
});
