import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';

declare const durationBrand: unique symbol;

/** Milliseconds, written in a configuration as a Go duration: "1h30m", "250ms". */
export type Duration = number & { readonly [durationBrand]: never };

/** What `parseDuration` takes, less the sign: for a JSON Schema. The micro sign has two code points, both of which Go reads. */
export const DURATION_PATTERN = '^(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$';

const UNIT_MILLISECONDS = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['\u00b5s', 1e-3],
  ['\u03bcs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const PART = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
const WHOLE = new RegExp(DURATION_PATTERN);
/** Go counts nanoseconds in 64 bits; about 292 years. */
const LIMIT_MILLISECONDS = 2 ** 63 / 1e6;

/**
 * `text` as a duration, or `undefined` where Go's `time.ParseDuration` would refuse it.
 * A bare "0" is one, any other bare number is none, and a sign may stand in front.
 */
export function parseDuration(text: string): Duration | undefined {
  const unsigned = /^[-+]/.test(text) ? text.slice(1) : text;
  if (!WHOLE.test(unsigned)) return undefined;
  let total = 0;
  for (const [, amount, unit = ''] of unsigned.matchAll(PART)) {
    total += Number(amount) * (UNIT_MILLISECONDS.get(unit) ?? Number.NaN);
  }
  if (total >= LIMIT_MILLISECONDS) return undefined;
  const rounded = Number(total.toFixed(6));
  return (text.startsWith('-') && rounded !== 0 ? -rounded : rounded) as Duration;
}

/** `duration` as a person would write it: "1h30m", "250ms", "0s". What is below a nanosecond is dropped. */
export function formatDuration(duration: Duration): string {
  const whole = Math.floor(Math.abs(duration));
  const nanoseconds = Math.round((Math.abs(duration) - whole) * 1e6);
  const parts: readonly [number, string][] = [
    [Math.floor(whole / 3_600_000), 'h'],
    [Math.floor(whole / 60_000) % 60, 'm'],
    [Math.floor(whole / 1000) % 60, 's'],
    [whole % 1000, 'ms'],
    [nanoseconds, 'ns'],
  ];
  const text = parts.map(([count, unit]) => (count > 0 ? `${String(count)}${unit}` : '')).join('');
  return text === '' ? '0s' : (duration < 0 ? '-' : '') + text;
}

/** A duration given in code. */
export function milliseconds(value: number): Duration {
  return value as Duration;
}

/**
 * A property that is written as a Go duration and read as milliseconds, not below zero. A bare number other than 0 is
 * refused: whoever writes one may mean seconds, milliseconds or, as Go does, nanoseconds.
 */
export function IsDuration(options?: ValidationOptions): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) => {
    if (typeof value === 'string') return parseDuration(value) ?? value;
    return typeof value === 'number' && value !== 0 ? String(value) : value;
  });
  const validate = ValidateBy(
    {
      name: 'isDuration',
      validator: {
        validate: (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
        defaultMessage: () => '$property must be a duration such as "30s", "5m" or "1h30m"',
      },
    },
    options,
  );
  return (target, property) => {
    transform(target, property);
    validate(target, property);
  };
}
