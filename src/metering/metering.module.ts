import { Global, Module } from '@nestjs/common';
import { Meter } from '@berth/sdk';
import { InMemoryMeter } from './in-memory-meter.js';

@Global()
@Module({
  // By its class, since each plugin has a Meter of its own.
  providers: [InMemoryMeter, { provide: Meter, useExisting: InMemoryMeter }],
  exports: [InMemoryMeter, Meter],
})
export class MeteringModule {}
