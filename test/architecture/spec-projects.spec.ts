import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import configuration from '../../vitest.config.js';
import { repositoryFiles } from './repository-files.js';

/** The globs of each project of vitest.config.ts. */
const projects = (configuration.test?.projects ?? []).flatMap((project) =>
  typeof project === 'object' && 'test' in project ? [project.test.include ?? []] : [],
);

const specs = repositoryFiles().filter((path) => path.endsWith('.spec.ts'));

describe('a spec', () => {
  it('is run by exactly one project, so that none is forgotten and none runs twice', () => {
    const homes = specs.map((path) => ({
      path,
      projects: projects.filter((globs) => globs.some((glob) => matchesGlob(path, glob))).length,
    }));
    expect(homes.filter((home) => home.projects !== 1)).toEqual([]);
  });

  it('is there to be found', () => {
    expect(specs).toContain('test/architecture/spec-projects.spec.ts');
  });
});
