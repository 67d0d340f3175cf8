import { definePlugin } from '@berth/sdk';

class NewsListener {
  constructor() {
    throw new Error('it cannot be made');
  }

  async handle() {}
}

export default definePlugin({ name: 'throws-when-made', hooks: { 'manifest.pushed': NewsListener } });
