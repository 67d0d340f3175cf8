import { Injectable } from '@nestjs/common';
import { type RepositoryName, type Tag, type TagInfo, TagStore } from '@berth/sdk';
import { type TagRow, Tags } from '../../metadata/tags.js';

@Injectable()
export class ContentTagStore extends TagStore {
  constructor(private readonly tags: Tags) {
    super();
  }

  async find(repository: RepositoryName, tag: Tag): Promise<TagInfo | undefined> {
    const row = await this.tags.find(repository, tag);
    return row && infoOf(row);
  }

  async list(repository: RepositoryName, after: Tag | undefined, limit: number): Promise<readonly TagInfo[]> {
    return (await this.tags.listRows(repository, after, limit)).map(infoOf);
  }
}

function infoOf({ movedBy, ...row }: TagRow): TagInfo {
  return { ...row, movedBy: movedBy ?? undefined };
}
