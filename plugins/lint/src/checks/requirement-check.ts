import type { Annotations } from '@berth/sdk';
import type { RequirementConfig } from '../config/requirement.config.js';
import type { ImageConfiguration } from '../manifest/image-configuration.js';
import type { LintedManifest } from '../manifest/linted-manifest.js';
import type { TextPattern } from '../text-pattern.js';
import { compilePattern } from '../text-pattern.js';
import type { Check } from './check.js';
import { quoted } from './quoted.js';

interface Requirement {
  readonly key: string;
  readonly pattern: TextPattern | undefined;
  readonly in: RequirementConfig['in'];
}

const PLACE_NAMES: Readonly<Record<RequirementConfig['in'], string>> = {
  either: 'annotation or label',
  annotation: 'annotation',
  label: 'label',
};

/**
 * Annotations and labels that must be there. An index has what it says itself, or what every image of it has that is held.
 * What is not known is not there.
 */
export function requirementCheck(requirements: readonly RequirementConfig[]): Check {
  const compiled = requirements.map(({ key, pattern, in: place }): Requirement => ({
    key,
    pattern: pattern === undefined ? undefined : compilePattern(pattern),
    in: place,
  }));
  return async (manifest) => {
    const findings = [];
    for (const requirement of compiled) {
      const fault = await faultOf(requirement, manifest);
      if (fault !== undefined) findings.push({ check: 'require', key: requirement.key, message: fault });
    }
    return findings;
  };
}

async function faultOf(requirement: Requirement, manifest: LintedManifest): Promise<string | undefined> {
  const { annotations } = manifest;
  // What the manifest says itself is enough, and costs nothing to look at.
  const own = requirement.in === 'label' ? undefined : faultIn(requirement, annotations);
  if (requirement.in !== 'label' && own === undefined) return undefined;
  if (!manifest.isIndex) {
    return requirement.in === 'annotation' ? own : labelFault(requirement, annotations, await manifest.configuration());
  }
  const read = await manifest.children();
  if (read.outcome === 'unknown') return `${missing(requirement)}: ${read.reason}`;
  for (const child of read.children) {
    const fault = childFault(requirement, child);
    if (fault !== undefined) return `${fault}, in the image ${child.digest}`;
  }
  return undefined;
}

function childFault(
  requirement: Requirement,
  { annotations, configuration }: { readonly annotations: Annotations; readonly configuration: ImageConfiguration },
): string | undefined {
  const own = requirement.in === 'label' ? undefined : faultIn(requirement, annotations);
  if (requirement.in === 'annotation') return own;
  if (requirement.in === 'either' && own === undefined) return undefined;
  return labelFault(requirement, annotations, configuration);
}

/** For a key that no annotation has as it should be. */
function labelFault(
  requirement: Requirement,
  annotations: Annotations,
  configuration: ImageConfiguration,
): string | undefined {
  if (configuration.outcome === 'unknown') return `${missing(requirement)}: ${configuration.reason}`;
  const fault = faultIn(requirement, configuration.labels);
  const hasWrongAnnotation = requirement.in === 'either' && Object.hasOwn(annotations, requirement.key);
  return fault !== undefined && hasWrongAnnotation && !Object.hasOwn(configuration.labels, requirement.key)
    ? faultIn(requirement, annotations)
    : fault;
}

function faultIn(requirement: Requirement, texts: Annotations): string | undefined {
  const { key, pattern } = requirement;
  const value = Object.hasOwn(texts, key) ? texts[key] : undefined;
  if (value === undefined) return missing(requirement);
  if (!pattern || pattern.matches(value)) return undefined;
  return `the ${PLACE_NAMES[requirement.in]} ${quoted(key)} is ${quoted(value)}, which does not match ${quoted(pattern.source)}`;
}

function missing({ key, in: place }: Requirement): string {
  return `the ${PLACE_NAMES[place]} ${quoted(key)} is missing`;
}
