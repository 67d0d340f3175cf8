import { Injectable } from '@nestjs/common';

/** How many pushes were refused since the start. */
@Injectable()
export class Refusals {
  private counted = 0;

  get count(): number {
    return this.counted;
  }

  add(): void {
    this.counted += 1;
  }
}
