import { definePlugin } from '@berth/sdk';

export default definePlugin({
  name: 'scrub',
  description: 'Reads every stored blob again and again, and takes the damaged ones out of service',
});
