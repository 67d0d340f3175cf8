import { definePlugin, Requires } from '@berth/sdk';
import { Controller, Get } from '@nestjs/common';

class AllController {
  get() {}
}
Controller('all')(AllController);
const descriptor = Object.getOwnPropertyDescriptor(AllController.prototype, 'get');
Get()(AllController.prototype, 'get', descriptor);
Requires('see-all')(AllController.prototype, 'get', descriptor);

export default definePlugin({
  name: 'asks-undeclared',
  routes: [AllController],
  permissions: [{ name: 'see-some', description: 'see some of it' }],
});
