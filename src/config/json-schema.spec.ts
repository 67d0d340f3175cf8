import { describe, expect, it } from 'vitest';
import { isSection, type Section } from '@berth/sdk';
import { configurationSchema } from './json-schema.js';

/** The schema of the key at `path`. */
function schemaOf(path: string): Section {
  return path.split('.').reduce((schema: Section, name) => {
    const properties = schema['properties'];
    const inner = isSection(properties) ? properties[name] : undefined;
    if (!isSection(inner)) throw new Error(`${path} is not in the schema`);
    return inner;
  }, configurationSchema());
}

function patternOf(path: string): RegExp {
  return new RegExp(String(schemaOf(path)['pattern']));
}

describe('the JSON Schema of the configuration', () => {
  it.each(['storage', 'http', 'http.tls', 'log', 'scheduler'])('allows no unknown key in %s', (path) => {
    expect(schemaOf(path)['additionalProperties']).toBe(false);
  });

  it('allows no unknown key at the top', () => {
    expect(configurationSchema()['additionalProperties']).toBe(false);
  });

  it('describes a duration as the string that is written', () => {
    expect(schemaOf('storage.gcDelay')).toMatchObject({ type: 'string', default: '1h' });
    expect(patternOf('storage.gcDelay').test('1h30m')).toBe(true);
    expect(patternOf('storage.gcDelay').test('90')).toBe(false);
  });

  it('describes the port as a number or a string', () => {
    expect(schemaOf('http.port')).toMatchObject({ anyOf: [{ type: 'integer' }, { type: 'string' }], default: 8080 });
  });

  it('describes the log level by the words that zot takes', () => {
    expect(schemaOf('log.level')['enum']).toEqual(expect.arrayContaining(['warning', 'panic']));
  });

  it('demands of TLS the certificate and the key, and of nothing else anything', () => {
    expect(schemaOf('http.tls')['required']).toEqual(['cert', 'key']);
    expect(['storage', 'http', 'log'].map((path) => schemaOf(path)['required'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(configurationSchema()['required']).toBeUndefined();
  });

  it('takes any section under extensions', () => {
    expect(schemaOf('extensions')['additionalProperties']).toMatchObject({ type: 'object' });
  });

  it('explains a key without effect and leaves a refused one out', () => {
    expect(schemaOf('scheduler.numWorkers')['description']).toMatch(/^No effect: /);
    expect(() => schemaOf('http.auth.openid')).toThrow('http.auth.openid is not in the schema');
  });

  it('describes what lies in lists and below names of the user', () => {
    const issuer = schemaOf('http.auth.bearer.oidc')['items'] as Section;
    expect(issuer).toMatchObject({ properties: { claimMapping: { properties: { groups: { type: 'string' } } } } });
    const rules = schemaOf('http.accessControl.repositories')['additionalProperties'] as Section;
    expect(rules).toMatchObject({
      additionalProperties: false,
      properties: { policies: { items: { properties: { actions: { type: 'array' } } } } },
    });
  });
});
