import { definePlugin } from '@berth/sdk';

class NewsListener {
  onModuleInit() {
    throw new Error('it cannot begin');
  }

  async handle() {}
}

export default definePlugin({ name: 'fails-to-begin', hooks: { 'manifest.pushed': NewsListener } });
