import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP's JSON has it, as far as specs look. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number };
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** A collector of traces on 127.0.0.1. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export class FakeCollector {
  readonly spans: ReceivedSpan[] = [];
  readonly services: unknown[] = [];
  readonly requests: string[] = [];
  connections = 0;

  private constructor(
    private readonly server: Server,
    private readonly status: number,
  ) {
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.requests.push(
          `${String(request.method)} ${String(request.url)} ${String(request.headers['content-type'])}`,
        );
        this.#take(JSON.parse(Buffer.concat(pieces).toString()) as ExportRequest);
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  /** `status`: what it answers; the spans are kept whatever that is. */
  static async start(status = 200): Promise<FakeCollector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeCollector(server, status);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take({ resourceSpans }: ExportRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.services.push(attributesOf(resource)['service.name']);
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
  }
}

/** The attributes by their keys, each with its value whatever its type. */
export function attributesOf({ attributes }: Pick<ReceivedSpan, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
