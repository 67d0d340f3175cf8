import { definePlugin } from '@berth/sdk';
import { Inject } from '@nestjs/common';

class NewsListener {
  async handle() {}
}
Inject('something that no module provides')(NewsListener, undefined, 0);

export default definePlugin({ name: 'needs-unknown', hooks: { 'manifest.pushed': NewsListener } });
