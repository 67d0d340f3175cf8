import { Injectable } from '@nestjs/common';
import { IndexGeneration } from './index-generation.js';

@Injectable()
export class IndexHealth {
  constructor(private readonly generation: IndexGeneration) {}

  /** False until everything was looked at once: then a search may find too little, and says so. */
  async isComplete(): Promise<boolean> {
    return (await this.generation.state()).generation > 0;
  }
}
