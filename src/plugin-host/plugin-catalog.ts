import { Injectable } from '@nestjs/common';

/** An extension as discovery tells of it. spec: extensions/_oci.md */
export interface Extension {
  readonly name: string;
  readonly url: string;
  readonly description: string;
  readonly endpoints: readonly string[];
}

/** What plugins add to the API. Loading plugins is not built yet, so the list is empty. */
@Injectable()
export class PluginCatalog {
  extensions(): readonly Extension[] {
    return [];
  }
}
