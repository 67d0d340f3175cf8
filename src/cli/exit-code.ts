/** What `berth` tells the shell: zero, or the number that sysexits.h has for the case. */
export const EXIT = {
  ok: 0,
  /** The server could not start, or the work could not be done; the message says why. */
  failure: 1,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_CONFIG: the configuration is wrong. */
  config: 78,
} as const;
