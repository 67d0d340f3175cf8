import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateSection } from '@berth/sdk';
import { FakeMeter } from '@berth/sdk/testing';
import { LdapBackend } from '../../src/auth/backends/ldap/ldap.backend.js';
import { LdapConfig } from '../../src/auth/backends/ldap/ldap.config.js';
import { RegistryLogger } from '../../src/logging/registry-logger.js';
import { FakeClock } from '../kit/fake-clock.js';
import { LineSink } from '../kit/line-sink.js';

export interface OpenedLdap {
  readonly backend: LdapBackend;
  readonly meter: FakeMeter;
  readonly log: LineSink;
  readonly clock: FakeClock;
  /** How often what is remembered was to be forgotten. */
  readonly changes: () => number;
}

/** Opens backends, and closes all of them at once. */
export class LdapOpener {
  readonly #opened: LdapBackend[] = [];

  /** `section`: as it stands in a configuration. `tryEvery`: milliseconds. @throws Error where something of it is wrong */
  async open(section: Readonly<Record<string, unknown>>, tryEvery = 3_600_000): Promise<OpenedLdap> {
    const { config, violations } = validateSection(LdapConfig, section, { refuseUnknown: true });
    if (violations.length > 0) throw new Error(JSON.stringify(violations));
    const [meter, log, clock] = [new FakeMeter(), new LineSink(), new FakeClock()];
    let changes = 0;
    const backend = await LdapBackend.open(config, {
      meter,
      clock,
      tryEvery,
      logger: new RegistryLogger(log.output, 'debug'),
      onChange: () => (changes += 1),
    });
    this.#opened.push(backend);
    return { backend, meter, log, clock, changes: () => changes };
  }

  close(): void {
    for (const backend of this.#opened.splice(0)) backend.close();
  }
}

/** Writes a credentials file and gives its path. */
export function credentialsFile(folder: string, content: unknown, name = 'credentials.json'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
