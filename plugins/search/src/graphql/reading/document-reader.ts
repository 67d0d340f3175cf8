import { Injectable } from '@nestjs/common';
import { IndexDialect } from '../../dialect/index-dialect.js';
import { descriptionOf } from '../../read/image-description.js';
import type { ImageDescription } from '../../read/image-summary.js';
import { IndexDatabase } from '../../tables/index-database.js';

/** What a manifest and its configuration say of the image. */
export interface ManifestDocument extends ImageDescription {
  readonly labels: Readonly<Record<string, string>>;
}

@Injectable()
export class DocumentReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** By the manifest's id. */
  async of(manifestIds: readonly number[]): Promise<ReadonlyMap<number, ManifestDocument>> {
    const rows = await this.database.reader
      .selectFrom('documents')
      .select(['manifest_id as id', 'annotations', 'labels', 'author'])
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), manifestIds))
      .execute();
    return new Map(
      rows.map((row) => {
        const annotations = JSON.parse(row.annotations) as Record<string, string>;
        const labels = JSON.parse(row.labels) as Record<string, string>;
        return [row.id, { ...descriptionOf(annotations, labels, row.author), labels }];
      }),
    );
  }
}
