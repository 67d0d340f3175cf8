import { readFileSync } from 'node:fs';
import { type Action, ACTIONS, ANONYMOUS, isSection, type Section } from '@berth/sdk';
import { getMetadataStorage } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { AccessControlConfig } from './access-control.config.js';
import { AccessPolicy } from './access-policy.js';
import { accessControl, known } from './access-rules.fixture.js';
import { compileCondition } from './conditions/condition-language.js';
import { REQUEST_FIELDS } from './conditions/request-facts.js';
import { PermissionHoldersConfig } from './config/permission-holders.config.js';
import { PolicyConfig } from './config/policy.config.js';
import { RepositoryRulesConfig } from './config/repository-rules.config.js';
import { RULE_ACTIONS } from './rule-action.js';

const PAGE = readFileSync(new URL('../../../docs/access-rules.md', import.meta.url), 'utf8');

/** Each sample, with the text up to the next one. */
const samples = [...PAGE.matchAll(/```json\n(.*?)```\n(.*?)(?=```json|$)/gs)].map(([, json = '', text = '']) => ({
  rules: sectionOf(json),
  rows: [...text.matchAll(/^\| ([a-z]+) \| ([a-z]+) \| ([a-z/]+) \| (allowed|refused) \|$/gm)].map(([, ...row]) => row),
}));
const expressions = [...PAGE.matchAll(/```cel\n(.*?)```/gs)].flatMap(([, text = '']) => text.trim().split('\n'));

function sectionOf(json: string): Section {
  const value: unknown = JSON.parse(json);
  const section = isSection(value) ? value['accessControl'] : undefined;
  if (!isSection(section)) throw new Error(`no accessControl in ${json}`);
  return section;
}

function keysOf(type: new () => object): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function fieldsOf(fields: object, prefix: string): readonly string[] {
  return Object.entries(fields).flatMap(([name, type]: [string, unknown]) =>
    typeof type === 'object' && type !== null ? fieldsOf(type, `${prefix}.${name}`) : [`${prefix}.${name}`],
  );
}

describe('docs/access-rules.md', () => {
  it('has samples, which are valid', () => {
    expect(samples.map(({ rules }) => accessControl(rules))).toHaveLength(4);
    expect(samples.flatMap(({ rows }) => rows).length).toBeGreaterThan(10);
  });

  it.each(
    samples.flatMap(({ rules, rows }) =>
      rows.map(([who, what, where, outcome]) => ({ who, what, where, outcome, rules })),
    ),
  )('says of $who and $what in $where what is decided: $outcome', ({ who = '', what, where = '', outcome, rules }) => {
    const action = ACTIONS.find((name: Action) => name === what);
    if (!action) throw new Error(`${String(what)} is no action`);
    const identity = who === 'anonymous' ? ANONYMOUS : known(who);
    const { allowed } = AccessPolicy.of(accessControl(rules)).decide({ identity, action, repository: where });
    expect(allowed ? 'allowed' : 'refused').toBe(outcome);
  });

  it.each(expressions)('has the expression %s, which is valid', (expression) => {
    expect(compileCondition(expression)).toMatchObject({ outcome: 'valid' });
  });

  it.each(fieldsOf(REQUEST_FIELDS, 'req'))('has the variable %s', (variable) => {
    expect(PAGE).toContain(`| \`${variable}\` |`);
  });

  it.each(RULE_ACTIONS)('has the action %s', (action) => {
    expect(PAGE).toContain(`| \`${action}\` |`);
  });

  it.each([AccessControlConfig, RepositoryRulesConfig, PolicyConfig, PermissionHoldersConfig].flatMap(keysOf))(
    'has the key %s',
    (key) => {
      expect(PAGE).toMatch(new RegExp(`["\`]${key}["\`]`));
    },
  );
});
