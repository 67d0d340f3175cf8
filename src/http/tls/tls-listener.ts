import { Server } from 'node:https';
import type { Server as SecureServer } from 'node:tls';
import { FileWatch, type Gauge, type Meter } from '@berth/sdk';
import type { FastifyInstance } from 'fastify';
import type { RegistryLogger } from '../../logging/registry-logger.js';
import { admitClients } from './client-certificates.js';
import { TlsFault } from './tls-fault.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

export interface TlsListenerParts {
  readonly logger: RegistryLogger;
  readonly meter: Meter;
}

/** Begins when `fastify`, which was made with `files`, listens, and ends with it. */
export function installTls(fastify: FastifyInstance, files: TlsFiles, parts: TlsListenerParts): void {
  const server: unknown = fastify.server;
  if (!(server instanceof Server)) throw new TypeError('the server was made without TLS');
  const listener = new TlsListener(server, files, parts);
  fastify.addHook('onListen', (done) => {
    listener.start();
    done();
  });
  fastify.addHook('onClose', (_fastify, done) => {
    listener.stop();
    done();
  });
}

/** What a listener with TLS does beside serving: it looks at the certificates of clients, and takes its own files anew when they change. */
export class TlsListener {
  readonly #logger: RegistryLogger;
  readonly #invalid: Gauge;
  readonly #expires: Gauge;
  readonly #watch: FileWatch;

  /** `files`: what `server` was made with. */
  constructor(
    private readonly server: SecureServer,
    private readonly files: TlsFiles,
    { logger, meter }: TlsListenerParts,
  ) {
    const { cert, key, cacert } = files.config;
    this.#logger = logger;
    this.#invalid = meter.gauge({
      name: 'berth_tls_certificate_invalid',
      help: '1 while the files of http.tls are not what the server runs with, because they cannot be used.',
    });
    this.#expires = meter.gauge({
      name: 'berth_tls_certificate_expires_seconds',
      help: 'When the certificate that is served ends, in seconds since 1970.',
    });
    this.#watch = new FileWatch([cert, key, ...(cacert === undefined ? [] : [cacert])], {
      known: files.fingerprint,
      onChange: () => this.reload(),
      onUnwatchable: (cause) => {
        logger.warn({ err: cause }, 'a folder of http.tls cannot be watched: a change is seen some seconds later');
      },
    });
    if (cacert !== undefined) server.on('secureConnection', admitClients(logger));
  }

  start(): void {
    this.#tell(this.files);
    this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
  }

  /**
   * New connections see what is in the files now; those that are open go on. Tickets of sessions are sealed with a key of the old
   * context, so that nobody resumes what an old authority has let in. Never rejects: files that cannot be used are logged, and the old
   * ones stay.
   */
  async reload(): Promise<void> {
    try {
      const files = await readTlsFiles(this.files.config);
      this.server.setSecureContext(files.options);
      this.#tell(files);
      this.#logger.info(
        { event: 'tls reloaded', notAfter: files.notAfter.toISOString() },
        'the files of http.tls were read again',
      );
    } catch (cause) {
      this.#invalid.set(1);
      const text = 'the changed files of http.tls cannot be used: the old ones stay';
      if (!(cause instanceof TlsFault)) this.#logger.error({ err: cause }, text);
      else {
        const { key, path, found, allowed } = cause;
        this.#logger.error({ event: 'tls invalid', key, file: path, found, allowed }, text);
      }
    }
  }

  #tell({ notBefore, notAfter }: TlsFiles): void {
    this.#invalid.set(0);
    this.#expires.set(Math.floor(notAfter.getTime() / 1000));
    const now = Date.now();
    if (now > notAfter.getTime() || now < notBefore.getTime())
      this.#logger.warn(
        { event: 'tls out of date', notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() },
        `${this.files.config.cert}: the certificate is not valid now; clients will refuse it`,
      );
  }
}
