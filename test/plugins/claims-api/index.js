import { definePlugin } from '@berth/sdk';
import { Controller } from '@nestjs/common';

class ApiController {
  get() {}
}
Controller()(ApiController);

export default definePlugin({ name: 'claims-api', routes: [{ controller: ApiController, path: '/v2/' }] });
