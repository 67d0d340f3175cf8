import type { GlobPart } from './glob-pattern.js';

/**
 * One step of a compiled pattern. `folders` is any number of parts with the slash behind each, and `inFolder` follows it: in the middle of
 * such a part. `rest` is whatever there is, and `below` the end, or the slash before a rest.
 */
export type Step = GlobPart | { readonly kind: 'folders' | 'inFolder' | 'rest' | 'below' };

/** The parts of a pattern as steps, of which each takes a character or leads on without one. */
export function compileGlob(parts: readonly GlobPart[]): readonly Step[] {
  const segments = segmentsOf(parts);
  const last = segments.length - 1;
  const steps: Step[] = [];
  segments.forEach((segment, at) => {
    const isAnyFolders = segment.length === 2 && segment.every(({ kind }) => kind === 'star');
    const isAfterFolders = at === 0 || isFoldersStep(steps.at(-1));
    if (isAnyFolders && at === last) {
      if (!isAfterFolders) steps.push({ kind: 'below' });
      steps.push({ kind: 'rest' });
      return;
    }
    if (!isAfterFolders) steps.push({ kind: 'character', character: '/' });
    if (isAnyFolders) steps.push({ kind: 'folders' }, { kind: 'inFolder' });
    else steps.push(...segment);
  });
  return steps;
}

/** What `**` stands for brings its slash with it. */
function isFoldersStep(step: Step | undefined): boolean {
  return step?.kind === 'inFolder';
}

function segmentsOf(parts: readonly GlobPart[]): readonly (readonly GlobPart[])[] {
  const segments: GlobPart[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'character' && part.character === '/') segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments;
}

/** Marks what is reached without a character. It only leads forwards, so one pass does. */
export function skip(steps: readonly Step[], places: Uint8Array): void {
  steps.forEach(({ kind }, at) => {
    if (places[at] !== 1) return;
    if (kind === 'star') places[at + 1] = 1;
    if (kind === 'folders') places[at + 2] = 1;
    if (kind === 'rest' || kind === 'below') places[steps.length] = 1;
  });
}

/** Marks where `character` leads from the step at `at`. */
export function advance(step: Step, at: number, character: string, next: Uint8Array): void {
  const isSlash = character === '/';
  switch (step.kind) {
    case 'rest':
      next[at] = 1;
      return;
    case 'folders':
    case 'inFolder': {
      const folders = step.kind === 'folders' ? at : at - 1;
      next[isSlash ? folders : folders + 1] = 1;
      return;
    }
    case 'star':
      if (!isSlash) next[at] = 1;
      return;
    case 'any':
      if (!isSlash) next[at + 1] = 1;
      return;
    case 'class':
      if (!isSlash && isInClass(step, character)) next[at + 1] = 1;
      return;
    case 'character':
      if (step.character === character) next[at + 1] = 1;
      return;
    case 'below':
      if (isSlash) next[at + 1] = 1;
      return;
  }
}

function isInClass({ ranges, negated }: Extract<GlobPart, { kind: 'class' }>, character: string): boolean {
  return ranges.some(([first, last]) => first <= character && character <= last) !== negated;
}
