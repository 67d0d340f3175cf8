import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobRun } from './job-run.js';
import { JobScheduler } from './job-scheduler.js';

@Global()
@Module({ imports: [ScheduleModule.forRoot()], providers: [JobScheduler, JobRun], exports: [JobScheduler, JobRun] })
export class JobsModule {}
