import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { type ByteSize, IsByteSize, parseByteSize } from './byte-size.js';

class Section {
  @IsByteSize()
  limit?: ByteSize;
}

function read(limit: unknown): { section: Section; problems: number } {
  const section = plainToInstance(Section, { limit });
  return { section, problems: validateSync(section).length };
}

describe('parseByteSize', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512B', 512],
    ['10GB', 10e9],
    ['10 GB', 10e9],
    ['10G', 10e9],
    ['10gb', 10e9],
    ['10GiB', 10 * 1024 ** 3],
    ['10Gi', 10 * 1024 ** 3],
    ['1.5MiB', 1.5 * 1024 ** 2],
    ['1KB', 1000],
    ['2TB', 2e12],
    ['1PiB', 1024 ** 5],
  ])('reads %s as %d bytes', (text, expected) => {
    expect(parseByteSize(text)).toBe(expected);
  });

  it.each(['', 'GB', '-1GB', '1,5GB', '10iB', '10i', '10XB', '10 G B', ' 10GB', '10GB ', '1e9', '9000PB'])(
    'refuses %j',
    (text) => {
      expect(parseByteSize(text)).toBeUndefined();
    },
  );
});

describe('IsByteSize', () => {
  it('turns a written size into bytes', () => {
    expect(read('512MB')).toMatchObject({ problems: 0, section: { limit: 512e6 } });
  });

  it('takes a bare number as bytes', () => {
    expect(read(4096)).toMatchObject({ problems: 0, section: { limit: 4096 } });
  });

  it.each([[-1], [1.5], ['many'], [true], [{}]])('refuses %j', (value) => {
    expect(read(value).problems).toBe(1);
  });
});
