import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

@Injectable()
class Berth {
  readonly depth = 12;
}

@Injectable()
class Harbour {
  constructor(readonly berth: Berth) {}
}

describe('the compiler of the tests', () => {
  it('records the types of constructor parameters, which Nest injects by', async () => {
    const module = await Test.createTestingModule({ providers: [Berth, Harbour] }).compile();
    expect(module.get(Harbour).berth.depth).toBe(12);
  });
});
