import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsArray, IsInt, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { IsStore } from './is-store.js';
import { validateSection } from './validate-section.js';

class Entry {
  @IsString({ message: 'a name' })
  name = '';

  @IsInt({ message: 'a number' })
  limit = 1;
}

class Config {
  @IsArray({ message: 'a list' })
  @ValidateNested({ each: true })
  @Type(() => Entry)
  entries: Entry[] = [];
}

function violationsOf(section: Readonly<Record<string, unknown>>): unknown {
  return validateSection(Config, section, { prefix: 'extensions.x.', refuseUnknown: true }).violations;
}

describe('validateSection', () => {
  it('gives an instance of the class where nothing is wrong', () => {
    const { config, violations } = validateSection(Config, { entries: [{ name: 'a', limit: 2 }] });
    expect(violations).toEqual([]);
    expect(config.entries[0]).toBeInstanceOf(Entry);
  });

  it('says of a value in a list where it is: its place, and the name of its entry', () => {
    expect(violationsOf({ entries: [{ name: 'a' }, { name: 'b', limit: 'x' }] })).toEqual([
      { key: 'extensions.x.entries[1].limit', found: '"x", in "b"', allowed: 'a number' },
    ]);
  });

  it('refuses an unknown key, and names the nearest that is known', () => {
    expect(violationsOf({ entries: [{ name: 'a', limt: 2 }], other: 1 })).toEqual([
      { key: 'extensions.x.other', found: 'an unknown key', allowed: 'one of entries' },
      {
        key: 'extensions.x.entries[0].limt',
        found: 'an unknown key, in "a"',
        allowed: 'one of limit, name; the nearest is "limit"',
      },
    ]);
  });

  it('says of a section in a map its name in quotes, since it may hold dots', () => {
    class Named {
      @Transform(
        ({ obj }: { obj: { sections: Record<string, unknown> } }) =>
          new Map(Object.entries(obj.sections).map(([name, entry]) => [name, plainToInstance(Entry, entry)])),
      )
      @ValidateNested()
      sections = new Map<string, Entry>();
    }
    const section = { sections: { 'a.b/**': { name: 'x', limit: 'y' } } };
    expect(validateSection(Named, section, { prefix: 'p.' }).violations).toEqual([
      { key: 'p.sections["a.b/**"].limit', found: '"y"', allowed: 'a number' },
    ]);
  });

  it.each([
    [{ stores: ['default', 'fast'] }, 'fast', []],
    [{ stores: ['default', 'fast'] }, 'slow', ['the name of a store: one of default, fast']],
    [{}, 'slow', []],
    [{}, '/slow', ['the name of a store']],
    [{}, 1, ['the name of a store']],
  ])('with %j takes %j for a store only where there is one of that name', (options, storage, expected) => {
    class Upstream {
      @IsStore()
      storage = 'default';
    }
    const { violations } = validateSection(Upstream, { storage }, options);
    expect(violations.map(({ allowed }) => allowed)).toEqual(expected);
  });
});
