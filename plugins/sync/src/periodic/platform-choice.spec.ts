import type { Descriptor, Digest, Platform } from '@berth/sdk';
import { expect, it } from 'vitest';
import { PlatformChoice } from './platform-choice.js';

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

function child(name: string, platform?: Platform, about?: string): Descriptor {
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: name as Digest,
    size: 1,
    ...(platform && { platform }),
    ...(about !== undefined && { annotations: { 'vnd.docker.reference.digest': about } }),
  };
}

function chosen(platforms: readonly string[] | undefined, children: readonly Descriptor[]): readonly string[] {
  return new PlatformChoice(platforms).of(children).map(({ digest }) => digest);
}

it('takes every child where nothing is chosen', () => {
  expect(chosen(undefined, [child('a', AMD64), child('b')])).toEqual(['a', 'b']);
});

it('takes the children of the chosen platforms, and those that name none', () => {
  const windows = child('windows', { os: 'windows', architecture: 'amd64' });
  expect(chosen(['linux/amd64'], [child('a', AMD64), windows, child('inner')])).toEqual(['a', 'inner']);
});

it('takes any variant where none is chosen, and else that one, which may go without saying', () => {
  const arm = (name: string, variant?: string): Descriptor =>
    child(name, {
      os: 'linux',
      architecture: name.startsWith('64') ? 'arm64' : 'arm',
      ...(variant !== undefined && { variant }),
    });
  const children = [arm('32v6', 'v6'), arm('32v7', 'v7'), arm('32'), arm('64v8', 'v8'), arm('64')];
  expect(chosen(['linux/arm'], children)).toEqual(['32v6', '32v7', '32']);
  expect(chosen(['linux/arm/v7', 'linux/arm64/v8'], children)).toEqual(['32v7', '32', '64v8', '64']);
});

it('takes the attestation of a child with it, and no other', () => {
  const none: Platform = { os: 'unknown', architecture: 'unknown' };
  const children = [
    child('a', AMD64),
    child('b', { os: 'linux', architecture: 's390x' }),
    child('of a', none, 'a'),
    child('of b', none, 'b'),
    child('of nobody', none),
  ];
  expect(chosen(['linux/amd64'], children)).toEqual(['a', 'of a', 'of nobody']);
});
