import { Injectable } from '@nestjs/common';
import { type GateContext, type HookHandler, Notifier } from '@berth/sdk';
import type { CheckContext } from './checks/check.js';
import { LintedManifest, type ManifestPut } from './manifest/linted-manifest.js';
import { ManifestContent } from './manifest/manifest-content.js';
import { Policy } from './policy.js';
import { describeViolation, refusalOf, type Violation } from './violation.js';

/** Asks every rule that applies to a manifest, and lets it pass, with warnings or without, or refuses it. */
@Injectable()
export class ManifestLinter implements HookHandler<'manifest.beforePut'> {
  constructor(
    private readonly policy: Policy,
    private readonly content: ManifestContent,
    private readonly notifier: Notifier,
  ) {}

  /** Throws one RegistryError with everything that is wrong. */
  async handle(event: ManifestPut, context: GateContext): Promise<void> {
    const manifest = new LintedManifest(event, this.content, context.signal);
    const violations = await this.#violationsOf(manifest, context);
    for (const violation of violations) this.#tell(violation, event, context);
    if (violations.some(({ mode }) => mode === 'enforce')) throw refusalOf(violations, event.origin);
    for (const violation of violations) context.warn(`policy: ${describeViolation(violation)}`);
  }

  async #violationsOf(manifest: LintedManifest, context: CheckContext): Promise<readonly Violation[]> {
    const violations: Violation[] = [];
    for (const rule of this.policy.rules) {
      if (!rule.appliesTo(manifest)) continue;
      const findings = await rule.check(manifest, context);
      violations.push(...findings.map((finding) => ({ rule: rule.name, mode: rule.mode, ...finding })));
    }
    return violations;
  }

  #tell({ rule, mode, message }: Violation, event: ManifestPut, context: GateContext): void {
    const { repository, digest, reference } = event;
    this.notifier.notify(
      'policy.violated',
      { plugin: 'lint', rule, mode, message, repository, digest, reference },
      { actor: context.actor, requestId: context.requestId },
    );
  }
}
