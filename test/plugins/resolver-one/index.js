import { definePlugin } from '@berth/sdk';

class Resolver {
  resolve({ name }) {
    return { repository: name, upstream: undefined, store: undefined };
  }
}

export default definePlugin({ name: 'resolver-one', repositoryResolver: Resolver });
