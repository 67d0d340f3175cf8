import { Injectable } from '@nestjs/common';
import { DISTRIBUTION_SPEC_VERSION, type QueryParameter } from '@berth/sdk';
import { PluginCatalog } from '../../plugin-host/plugin-catalog.js';
import { coreOperations } from './core-operations.js';
import type { DescribedRoute } from './described-route.js';
import { specOperations } from './spec-operations.js';

type Json = Readonly<Record<string, unknown>>;

const ERRORS: Json = {
  type: 'object',
  required: ['errors'],
  properties: {
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string' }, message: { type: 'string' }, detail: {} },
      },
    },
  },
};

const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  name: 'of the repository; may hold slashes, which are not escaped',
  digest: 'such as sha256:…',
  reference: 'a tag or a digest',
  session: 'of the upload, as its Location says',
};

/** All routes of the server with those of its plugins. https://spec.openapis.org/oas/v3.1.1.html */
@Injectable()
export class OpenApiDocument {
  #document: Json | undefined;

  constructor(private readonly catalog: PluginCatalog) {}

  get(): Json {
    return (this.#document ??= this.#build());
  }

  #build(): Json {
    const plugins = this.catalog.routes().map(({ plugin, ...route }): DescribedRoute => ({ tag: plugin, ...route }));
    const routes = [...specOperations(), ...coreOperations(), ...plugins];
    const paths = new Map<string, Record<string, Json>>();
    for (const route of routes) {
      const path = templateOf(route.path);
      const operations = paths.get(path) ?? {};
      for (const method of methodsOf(route)) operations[method] = operationOf(route);
      paths.set(path, operations);
    }
    return {
      openapi: '3.1.0',
      info: { title: 'Berth', version: DISTRIBUTION_SPEC_VERSION, description: 'An OCI registry and its plugins.' },
      paths: Object.fromEntries(paths),
      components: {
        schemas: { Errors: ERRORS },
        securitySchemes: { basic: { type: 'http', scheme: 'basic' }, bearer: { type: 'http', scheme: 'bearer' } },
      },
      security: [{}, { basic: [] }, { bearer: [] }],
    };
  }
}

/** In OpenAPI there is no name for all methods. */
function methodsOf({ method }: DescribedRoute): readonly string[] {
  const all = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
  return method === 'ALL' ? all : [method.toLowerCase()];
}

function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');
}

function operationOf({ tag, path, description }: DescribedRoute): Json {
  const { summary, query = {}, body, answers = {}, schema } = description ?? {};
  const inPath = [...templateOf(path).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name));
  const parameters = [...inPath, ...Object.entries(query).map(([name, one]) => queryParameter(name, one))];
  const responses = Object.entries(answers).map(([status, meaning]) => [status, responseOf(status, meaning, schema)]);
  return {
    tags: [tag],
    ...(summary !== undefined && { summary }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { description: body, content: { '*/*': {} } } }),
    responses: {
      ...Object.fromEntries(responses),
      default: {
        description: 'an error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
      },
    },
  };
}

function responseOf(status: string, description: string, schema: Json | undefined): Json {
  const hasSchema = schema !== undefined && status.startsWith('2');
  return { description, ...(hasSchema && { content: { 'application/json': { schema } } }) };
}

function pathParameter(name: string): Json {
  const schema = { type: 'string' };
  return { name, in: 'path', required: true, description: PATH_PARAMETERS[name] ?? name, schema };
}

function queryParameter(name: string, { description, isRequired = false, example }: QueryParameter): Json {
  const known = { name, in: 'query', description, required: isRequired, schema: { type: 'string' } };
  return example === undefined ? known : { ...known, example };
}
