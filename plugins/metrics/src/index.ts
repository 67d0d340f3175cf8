import { definePlugin } from '@berth/sdk';
import { Exposition } from './exposition.js';
import { MetricsConfig } from './metrics.config.js';
import { MetricsController } from './metrics.controller.js';
import { PullObserver } from './pull-observer.js';
import { PushObserver } from './push-observer.js';
import { RepositoryEndObserver } from './repository-end-observer.js';
import { RepositoryFigures } from './repository-figures.js';
import { RepositoryLabels } from './repository-labels.js';
import { RepositoryStorage } from './repository-storage.js';
import { RequestObserver } from './request-observer.js';
import { RequestTracing } from './request-tracing.js';
import { UpstreamRequestObserver } from './upstream-request-observer.js';

export default definePlugin({
  name: 'metrics',
  description: "The registry's numbers for Prometheus, and traces of its requests",
  config: MetricsConfig,
  hooks: {
    'request.completed': RequestObserver,
    'upstream.requested': UpstreamRequestObserver,
    'manifest.pushed': PushObserver,
    'manifest.pulled': PullObserver,
    'repository.deleted': RepositoryEndObserver,
  },
  providers: [Exposition, RepositoryFigures, RepositoryLabels, RepositoryStorage, RequestTracing],
  routes: [{ controller: MetricsController, path: ({ prometheus }) => prometheus.path }],
  permissions: [{ name: 'read', description: "read the server's metrics" }],
});
