import type { Verdict } from '../verdicts.ts';
import type { ColdMeasurement, MirrorMeasurements, WarmMeasurement } from './measure-mirrors.ts';

/** The most CPU that a pull of what was mirrored may take, as a multiple of a pull of what was pushed. */
const WARM_TIMES = 1.15;

/** Both tables. */
export function mirrorTables({ cold, warm }: MirrorMeasurements): string {
  return [
    'First pull of an image with a layer of 100 MiB (medians; times are those of a client):',
    row(['clients', 'peer', 'manifest ms', 'first byte ms', 'layer ms', 'CPU s/GB', 'asked', 'layer sent']),
    ...cold.map((pull) =>
      row([
        String(pull.clients),
        pull.peer,
        pull.manifestMilliseconds.toFixed(1),
        pull.firstByteMilliseconds.toFixed(1),
        pull.layerMilliseconds.toFixed(0),
        pull.cpuSecondsPerGigabyte.toFixed(2),
        pull.upstreamRequests.toFixed(0),
        `${pull.upstreamTimes.toFixed(2)} x`,
      ]),
    ),
    '',
    'Later pulls, 16 clients:',
    row(['of', 'peer', 'what', 'CPU µs', 'p50 ms', 'asked/pull']),
    ...warm.map((pull) =>
      row([
        pull.origin,
        pull.peer,
        pull.name,
        pull.cpuMicroseconds.toFixed(0),
        pull.p50Milliseconds.toFixed(2),
        pull.upstreamRequests.toFixed(3),
      ]),
    ),
  ].join('\n');
}

/** What Berth is held to, as far as it was measured. */
export function mirrorVerdicts({ cold, warm }: MirrorMeasurements): Verdict[] {
  return [...coldVerdicts(cold), ...warmVerdicts(warm)];
}

function coldVerdicts(cold: readonly ColdMeasurement[]): Verdict[] {
  return cold.flatMap((pull) => {
    const other = cold.find(({ peer, clients }) => peer === 'cncf-mirror' && clients === pull.clients);
    if (pull.peer !== 'berth-mirror' || other === undefined) return [];
    const against = `${pull.clients} client(s), first pull against docker-registry`;
    return [
      ratio(`${against}: first byte of the layer`, pull.firstByteMilliseconds, other.firstByteMilliseconds, 1),
      ratio(`${against}: whole layer`, pull.layerMilliseconds, other.layerMilliseconds, 1),
      ratio(`${against}: CPU`, pull.cpuSecondsPerGigabyte, other.cpuSecondsPerGigabyte, 1),
    ];
  });
}

function warmVerdicts(warm: readonly WarmMeasurement[]): Verdict[] {
  return warm.flatMap((pull) => {
    const pushed = warm.find(({ name, origin }) => origin === 'pushed' && name === pull.name);
    if (pull.peer !== 'berth-mirror' || pull.origin !== 'mirrored' || pushed === undefined) return [];
    return [
      ratio(
        `mirrored ${pull.name}: CPU against a pushed one`,
        pull.cpuMicroseconds,
        pushed.cpuMicroseconds,
        WARM_TIMES,
      ),
      ratio(`mirrored ${pull.name}: upstream requests for each pull`, pull.upstreamRequests, 1, 0),
    ];
  });
}

function ratio(claim: string, figure: number, reference: number, atMost: number): Verdict {
  const measured = figure / reference;
  return { claim, measured, atMost, isMet: measured <= atMost };
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => (index < 3 ? cell.padEnd(15) : cell.padStart(13))).join('  ');
}
