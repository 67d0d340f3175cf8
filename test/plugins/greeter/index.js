import { definePlugin, Public, RegistryError } from '@berth/sdk';
import { Controller, Get, Res } from '@nestjs/common';

/** Refuses to take what goes to a repository that ends in "forbidden". */
class NameGate {
  async handle({ repository }) {
    if (repository.endsWith('forbidden')) throw new RegistryError('DENIED', { message: 'the greeter forbids it' });
  }
}

class GreetingController {
  get(reply) {
    reply.code(200).send({ hello: 'world' });
  }
}
Controller()(GreetingController);
Public()(GreetingController);
Get()(GreetingController.prototype, 'get', Object.getOwnPropertyDescriptor(GreetingController.prototype, 'get'));
Res()(GreetingController.prototype, 'get', 0);

export default definePlugin({
  name: 'greeter',
  hooks: { 'upload.beforeStart': NameGate },
  routes: [GreetingController],
});
