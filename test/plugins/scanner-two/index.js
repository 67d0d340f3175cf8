import { definePlugin, VulnerabilityScanner } from '@berth/sdk';

class Scanner extends VulnerabilityScanner {
  async find() {
    return [];
  }

  async affected() {
    return [];
  }
}

export default definePlugin({ name: 'scanner-two', vulnerabilityScanner: Scanner });
