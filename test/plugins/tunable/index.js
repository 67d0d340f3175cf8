import { definePlugin, Public } from '@berth/sdk';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { IsInt, Max } from 'class-validator';

class TunableConfig {
  volume = 1;
}
IsInt()(TunableConfig.prototype, 'volume');
Max(11)(TunableConfig.prototype, 'volume');

/** How loud it is now. */
class Volume {
  now;

  constructor(config) {
    this.set(config);
  }

  set({ volume }) {
    this.now = volume;
  }
}
Inject(TunableConfig)(Volume, undefined, 0);

class VolumeChange {
  constructor(volume) {
    this.volume = volume;
  }

  reconfigure(config) {
    if (config.volume === 7) throw new Error('seven is too much for it');
    this.volume.set(config);
  }
}
Inject(Volume)(VolumeChange, undefined, 0);

class VolumeController {
  constructor(volume) {
    this.volume = volume;
  }

  get(reply) {
    reply.code(200).send({ volume: this.volume.now });
  }
}
Inject(Volume)(VolumeController, undefined, 0);
Controller()(VolumeController);
Public()(VolumeController);
Get()(VolumeController.prototype, 'get', Object.getOwnPropertyDescriptor(VolumeController.prototype, 'get'));
Res()(VolumeController.prototype, 'get', 0);

class VolumeCommand {
  name = 'volume';
  summary = 'print how loud it is';

  constructor(volume) {
    this.volume = volume;
  }

  async run({ args, console }) {
    console.out(`volume ${this.volume.now} ${args.join(' ')}\n`);
    return this.volume.now > 10 ? 1 : 0;
  }
}
Inject(Volume)(VolumeCommand, undefined, 0);

export default definePlugin({
  name: 'tunable',
  config: TunableConfig,
  providers: [Volume],
  routes: [VolumeController],
  reconfigure: VolumeChange,
  commands: [VolumeCommand],
});
