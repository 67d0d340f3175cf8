import { definePlugin } from '@berth/sdk';

class Vault {
  loginFor() {
    return Promise.resolve({ login: { kind: 'basic', user: 'mirror', password: 'secret' } });
  }
}

export default definePlugin({ name: 'helper-two', upstreamCredentials: { vault: Vault } });
