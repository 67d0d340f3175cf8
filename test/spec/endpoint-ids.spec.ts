import { RequestMethod } from '@nestjs/common';
import { ENDPOINTS } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { DistributionModule } from '../../src/distribution/distribution.module.js';
import { ENDPOINT_IDS } from '../../src/distribution/endpoint.decorator.js';

type Handler = (...parameters: never[]) => unknown;
type Controller = (new (...parameters: never[]) => object) & { readonly prototype: object };

/** The annotations that decorators leave; what each key holds is written down by the decorator of that name. */
function metadataOf<Value>(key: string, target: object): Value | undefined {
  return Reflect.getMetadata(key, target) as Value | undefined;
}

function handlersOf({ prototype }: Controller): Handler[] {
  const values = Object.values(Object.getOwnPropertyDescriptors(prototype)).map(({ value }) => value as unknown);
  return values.filter((value): value is Handler => typeof value === 'function');
}

/** `/v2/:name/blobs/` as the spec writes it, without the slash at the end that makes no difference here. */
function specPath(...segments: readonly string[]): string {
  const path = `/${segments.join('/')}`.replaceAll(/\/+/g, '/').replace(/\/$/, '');
  return path.replaceAll(/:(\w+)/g, '<$1>');
}

function rowsOfControllers(): string[] {
  const controllers = metadataOf<Controller[]>('controllers', DistributionModule) ?? [];
  return controllers.flatMap((controller) =>
    handlersOf(controller).flatMap((handler) => {
      const ids = metadataOf<string[]>(ENDPOINT_IDS, handler) ?? [];
      const method = RequestMethod[metadataOf<RequestMethod>('method', handler) ?? RequestMethod.ALL];
      const path = specPath(metadataOf<string>('path', controller) ?? '', metadataOf<string>('path', handler) ?? '');
      return ids.map((id) => `${id} ${method} ${path}`);
    }),
  );
}

const rowsOfSpec = Object.entries(ENDPOINTS).flatMap(([id, { methods, path }]) =>
  methods.map((method) => `${id} ${method} ${path.replace(/\/$/, '')}`),
);

describe('the endpoints of the spec', () => {
  it('are each served by a controller, at their method and path', () => {
    expect(rowsOfControllers()).toEqual(expect.arrayContaining(rowsOfSpec));
  });

  it('are all that controllers say they serve, each once', () => {
    expect(rowsOfControllers().toSorted()).toEqual(rowsOfSpec.toSorted());
  });
});
