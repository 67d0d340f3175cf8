import { Injectable } from '@nestjs/common';
import type { HookEvents, HookHandler } from '@berth/sdk';
import { Reservations } from './reservations.js';

/** What a blob that no upload brings reserves under. */
export function mountKey({ repository, digest }: Pick<HookEvents['blob.mounted'], 'repository' | 'digest'>): string {
  return `${repository}@${digest}`;
}

/** Once a blob is held it is counted as such, and once an upload has expired nothing comes of it. */
@Injectable()
export class ReleaseUpload implements HookHandler<'upload.finished'>, HookHandler<'upload.expired'> {
  constructor(private readonly reservations: Reservations) {}

  handle({ upload }: { readonly upload: string }): Promise<void> {
    return this.reservations.release(upload);
  }
}

@Injectable()
export class ReleaseMount implements HookHandler<'blob.mounted'> {
  constructor(private readonly reservations: Reservations) {}

  handle(event: HookEvents['blob.mounted']): Promise<void> {
    return this.reservations.release(mountKey(event));
  }
}
