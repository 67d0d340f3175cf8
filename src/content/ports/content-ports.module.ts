import { Module } from '@nestjs/common';

/** What plugins see of the content, under the SDK's ports. */
@Module({})
export class ContentPortsModule {}
