import { definePlugin } from '@berth/sdk';

export default definePlugin({ name: 'metrics', description: "The registry's numbers for Prometheus" });
