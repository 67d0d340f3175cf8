import { Controller, Get, Req, Res } from '@nestjs/common';
import { Described, type PluginReply, type PluginRequest, Requires } from '@berth/sdk';
import { Exposition } from './exposition.js';
import { typeFor } from './exposition-format.js';

/** `GET /metrics`, or wherever `prometheus.path` says. */
@Controller()
@Requires('read')
export class MetricsController {
  constructor(private readonly exposition: Exposition) {}

  @Described({
    summary: 'All numbers of the server, for Prometheus',
    answers: { 200: 'the text of OpenMetrics, or of Prometheus' },
  })
  @Get()
  async get(@Req() request: PluginRequest, @Res() reply: PluginReply): Promise<void> {
    const type = typeFor(request.headers['accept']);
    const text = await this.exposition.text(type);
    reply.code(200).header('Content-Type', type).send(text);
  }
}
