let last = 0;
let field = '';

/** The time of a line, as pino wants it: `,"time":"2026-11-24T12:00:00.000Z"`. Many lines fall into one millisecond. */
export function timeField(): string {
  const now = Date.now();
  if (now !== last) {
    last = now;
    field = `,"time":"${new Date(now).toISOString()}"`;
  }
  return field;
}
