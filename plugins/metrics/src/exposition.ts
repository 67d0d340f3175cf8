import { Injectable } from '@nestjs/common';
import { Meter } from '@berth/sdk';
import { type ExpositionType, render } from './exposition-format.js';
import { familyOf, type MetricFamily } from './metric-family.js';
import { watchProcess } from './process-families.js';
import { RepositoryFigures } from './repository-figures.js';
import { RepositoryStorage } from './repository-storage.js';
import { infoFamilies } from './server-info.js';
import { zotFamilies } from './zot-families.js';

/** All numbers of this process: gathered as plain data first, then written down, so that those of several can be put together between. */
@Injectable()
export class Exposition {
  readonly #info = infoFamilies();
  readonly #process = watchProcess();

  constructor(
    private readonly meter: Meter,
    private readonly figures: RepositoryFigures,
    private readonly storage: RepositoryStorage,
  ) {}

  async families(): Promise<MetricFamily[]> {
    const storage = await this.storage.families();
    const snapshot = this.meter.snapshot();
    return [
      ...this.#info,
      ...snapshot.map(familyOf),
      ...zotFamilies(snapshot),
      ...this.figures.families(),
      ...storage,
      ...(await this.#process()),
    ];
  }

  async text(type: ExpositionType): Promise<string> {
    return render(await this.families(), type);
  }
}
