import type { Provider } from '@nestjs/common';
import { PluginDatabase } from '@berth/sdk';
import { FullText } from './full-text.js';
import { IndexDialect } from './index-dialect.js';
import { SqliteFullText } from './sqlite-full-text.js';
import { SqliteIndexDialect } from './sqlite-index-dialect.js';

/** What the database of the plugin does in its own way. */
export const DIALECT_PROVIDERS: readonly Provider[] = [
  {
    provide: FullText,
    useFactory: ({ dialect }: PluginDatabase) => (dialect === 'sqlite' ? new SqliteFullText() : refuse(dialect)),
    inject: [PluginDatabase],
  },
  {
    provide: IndexDialect,
    useFactory: ({ dialect }: PluginDatabase) => (dialect === 'sqlite' ? new SqliteIndexDialect() : refuse(dialect)),
    inject: [PluginDatabase],
  },
];

function refuse(dialect: string): never {
  throw new Error(`The search index cannot be kept in ${dialect} yet.`);
}
