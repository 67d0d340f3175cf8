/** What `berth` tells the shell: zero, or the number that sysexits.h has for the case. */
export const EXIT = {
  ok: 0,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_CONFIG: the configuration is wrong. */
  config: 78,
} as const;
