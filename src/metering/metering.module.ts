import { Global, Module } from '@nestjs/common';
import { Meter } from '@berth/sdk';
import { InMemoryMeter } from './in-memory-meter.js';

@Global()
@Module({ providers: [{ provide: Meter, useClass: InMemoryMeter }], exports: [Meter] })
export class MeteringModule {}
