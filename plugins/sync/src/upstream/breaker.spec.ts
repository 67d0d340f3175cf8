import { FakeClock } from '@berth/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Breaker } from './breaker.js';

describe('a breaker', () => {
  let clock: FakeClock;
  let told: boolean[];
  let breaker: Breaker;

  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    breaker = new Breaker(clock, (isOpen) => told.push(isOpen), { failures: 2, openFor: 1000 });
  });

  function open(): void {
    breaker.failed();
    breaker.failed();
  }

  it('opens after failures in a row, and a success among them starts anew', () => {
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect([breaker.isOpen, breaker.tries()]).toEqual([false, true]);
    breaker.failed();
    expect([breaker.isOpen, breaker.tries(), told]).toEqual([true, false, [true]]);
  });

  it('lets one through at a time once it has rested', () => {
    open();
    clock.advance(999);
    expect(breaker.tries()).toBe(false);
    clock.advance(1);
    expect([breaker.tries(), breaker.tries()]).toEqual([true, false]);
  });

  it('says since when it is as it is, whatever fails again meanwhile', () => {
    const made = clock.now();
    clock.advance(10);
    expect([breaker.state, breaker.since]).toEqual(['closed', made]);
    open();
    clock.advance(1000);
    expect([breaker.state, breaker.since]).toEqual(['half-open', made + 10]);
    breaker.tries();
    breaker.failed();
    expect([breaker.state, breaker.since]).toEqual(['open', made + 10]);
    clock.advance(1000);
    breaker.tries();
    breaker.succeeded();
    expect([breaker.state, breaker.since]).toEqual(['closed', made + 2010]);
  });

  it('rests again where that one fails, and closes where it succeeds', () => {
    open();
    clock.advance(1000);
    breaker.tries();
    breaker.failed();
    expect(breaker.tries()).toBe(false);
    clock.advance(1000);
    breaker.tries();
    breaker.succeeded();
    expect([breaker.tries(), breaker.tries(), told]).toEqual([true, true, [true, false]]);
  });

  it('lets another one through where that one was broken off by us', () => {
    open();
    clock.advance(1000);
    breaker.tries();
    breaker.gaveUp();
    expect(breaker.tries()).toBe(true);
  });

  it('does not stay open longer because the clock was set back', () => {
    open();
    clock.advance(-5000);
    expect(breaker.tries()).toBe(true);
  });
});
