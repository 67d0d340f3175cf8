import { describe, expect, it } from 'vitest';
import { accessControl } from './access-rules.fixture.js';
import { conflictingOrders, explainOpenAccess, idlePatterns } from './rule-report.js';

function conflictsOf(...patterns: readonly string[]): readonly object[] {
  return conflictingOrders(
    accessControl({ repositories: Object.fromEntries(patterns.map((pattern) => [pattern, {}])) }),
  );
}

describe('what is said of open access', () => {
  it('is a line for each rule that gives something without a login', () => {
    const config = accessControl({
      repositories: {
        '**': { defaultPolicy: ['read'], anonymousPolicy: [] },
        'base/**': { anonymousPolicy: ['read'] },
        'drop/in/**': { anonymousPolicy: ['read', 'create', 'update'] },
      },
      metrics: { anonymousPolicy: ['read'] },
      permissions: { 'scrub.read': { anonymous: true }, 'lint.read': { authenticated: true } },
    });
    expect(explainOpenAccess(config)).toEqual([
      'repositories["drop/in/**"].anonymousPolicy gives read, create and update without a login',
      'repositories["base/**"].anonymousPolicy gives read without a login',
      'metrics.anonymousPolicy gives metrics.read without a login',
      'permissions["scrub.read"].anonymous gives scrub.read without a login',
    ]);
  });

  it('is nothing where there is none', () => {
    expect(explainOpenAccess(accessControl({ repositories: { '**': { defaultPolicy: ['read'] } } }))).toEqual([]);
  });
});

describe('a pair of patterns that the two orders decide differently', () => {
  it('is one where the longer describes more', () => {
    expect(conflictsOf('team/**', '**/application')).toEqual([
      { longest: '**/application', specific: 'team/**', example: 'team/application' },
    ]);
    expect(conflictsOf('{team,base}/**', 'team/app', 'base/*')).toEqual([
      { longest: '{team,base}/**', specific: 'team/app', example: 'team/app' },
      { longest: '{team,base}/**', specific: 'base/*', example: 'base/a' },
    ]);
  });

  it('is one where ** stands against *: the longer text takes what the other means', () => {
    expect(conflictsOf('team/*', 'team/**')).toEqual([{ longest: 'team/**', specific: 'team/*', example: 'team/a' }]);
  });

  it.each([
    ['that describe no common name', ['*/x/application', 'team/*']],
    ['of one order in both', ['**', 'team/*', 'team/app']],
    ['that begin differently', ['team/*', 'base/application/**', 'base/b']],
  ])('is none %s', (_why, patterns) => {
    expect(conflictsOf(...patterns)).toEqual([]);
  });

  it('is assumed of patterns too large to tell, without an example', () => {
    const [longest, specific] = [`*/${'*a'.repeat(300)}*`, `b*/${'*b'.repeat(250)}*`];
    expect(conflictsOf(longest, specific)).toEqual([{ longest, specific }]);
  });
});

describe('a pattern that describes no repository', () => {
  it('is named, since its rules are never asked', () => {
    const repositories = { 'Team/**': {}, 'team/': {}, 'team/*': {}, '{A,b}': {} };
    expect(idlePatterns(accessControl({ repositories }))).toEqual(['Team/**', 'team/']);
  });
});
