import type { PluginMigrations } from '@berth/sdk';
import { index } from './0001-index.js';

export const indexMigrations: PluginMigrations = { '0001-index': index };
