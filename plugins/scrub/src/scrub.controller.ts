import { Controller, Get, Res } from '@nestjs/common';
import { Described, type PluginReply, Requires } from '@berth/sdk';
import { DamageRecord } from './damage-record.js';
import { type PassCounts, ScrubProgress } from './scrub-progress.js';

/** `GET /v2/_berth/ext/scrub`: what was found, and how far the pass under way has come. */
@Controller()
@Requires('read')
export class ScrubController {
  constructor(
    private readonly progress: ScrubProgress,
    private readonly record: DamageRecord,
  ) {}

  @Described({ summary: 'What scrubbing has found, and how far it has come', answers: { 200: 'the report' } })
  @Get()
  async get(@Res() reply: PluginReply): Promise<void> {
    const [{ current, last }, { blobs, missing }] = await Promise.all([this.progress.load(), this.record.list()]);
    reply.code(200).send({
      current: current ? { ...countsOf(current), stage: current.stage } : null,
      last: last ? { ...countsOf(last), finishedAt: timeOf(last.finishedAt) } : null,
      damaged: blobs.map(({ foundAt, seenAt, repairedAt, ...blob }) => ({
        ...blob,
        state: repairedAt !== undefined ? 'repaired' : blob.problem === 'unreadable' ? 'unreadable' : 'quarantined',
        foundAt: timeOf(foundAt),
        seenAt: timeOf(seenAt),
        repairedAt: repairedAt === undefined ? null : timeOf(repairedAt),
      })),
      missingReferences: missing,
    });
  }
}

function countsOf({ startedAt, blobs, bytes, damaged, repaired, missingReferences }: PassCounts) {
  return { startedAt: timeOf(startedAt), blobs, bytes, damaged, repaired, missingReferences };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
