/** What the rules say of one thing that somebody wants to do. Frozen. */
export interface Decision {
  readonly allowed: boolean;
  /** What decided, as the configuration calls it: `repositories["team/**"].policies[1]`. For the audit and `berth can`. */
  readonly rule: string;
  /** The pattern whose rules counted; absent where none matched, or none was asked. */
  readonly pattern?: string;
  /** For whoever is refused: the message of the condition that does not hold. */
  readonly reason?: string;
}

export function allowedBy(rule: string, pattern?: string): Decision {
  return Object.freeze({ allowed: true, rule, ...(pattern !== undefined && { pattern }) });
}

export function refusedBy(rule: string, { pattern, reason }: Pick<Decision, 'pattern' | 'reason'> = {}): Decision {
  return Object.freeze({
    allowed: false,
    rule,
    ...(pattern !== undefined && { pattern }),
    ...(reason !== undefined && { reason }),
  });
}
