import { definePlugin } from '@berth/sdk';
import { Controller, Get } from '@nestjs/common';

class FirstController {
  get() {}
}
class SecondController {
  get() {}
}
for (const type of [FirstController, SecondController]) {
  Controller('same')(type);
  Get(':id')(type.prototype, 'get', Object.getOwnPropertyDescriptor(type.prototype, 'get'));
}

export default definePlugin({ name: 'routes-twice', routes: [FirstController, SecondController] });
