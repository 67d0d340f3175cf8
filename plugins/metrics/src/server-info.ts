import { readFileSync } from 'node:fs';
import type { MetricFamily } from './metric-family.js';

/** The version of the server, under Berth's name and zot's. The plugin comes with the server and has its version. */
export function infoFamilies(): MetricFamily[] {
  const version = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const family = (name: string, labels: Readonly<Record<string, string>>): MetricFamily => ({
    name,
    help: 'Always 1; the labels say what runs.',
    type: 'gauge',
    aggregator: 'first',
    values: [{ labels, value: 1 }],
  });
  return [
    family('berth_info', { version, node: process.version }),
    family('zot_info', { version, binaryType: 'berth' }),
  ];
}

function versionIn(packageJson: string): string {
  return (JSON.parse(packageJson) as { readonly version: string }).version;
}
