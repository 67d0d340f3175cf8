import { definePlugin } from '@berth/sdk';

class PolicyGate {
  constructor() {
    throw new Error('the policy cannot be read');
  }

  async handle() {}
}

export default definePlugin({ name: 'broken-gate', hooks: { 'manifest.beforePut': PolicyGate } });
