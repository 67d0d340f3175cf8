import { isSection, type PluginRequest, readJson, RegistryError } from '@berth/sdk';
import { type Operation, type Operations, RequestRefusal } from './operation.js';

/** Bytes of a body. */
const LARGEST_BODY = 256 * 1024;

/** `?query=`, with `operationName` and `variables` where they are given. A body is not looked at: zot's client sends one. */
export function operationsOfQuery({ query }: Pick<PluginRequest, 'query'>): Operations {
  const parameters = isSection(query) ? query : {};
  const variables = parameters['variables'];
  const given = { ...parameters, variables: typeof variables === 'string' ? variablesIn(variables) : variables };
  return { isBatch: false, operations: [operationOf(given)] };
}

/**
 * A body of JSON: an operation, or an array of at most `maxBatch`.
 *
 * @throws RequestRefusal for anything else
 */
export async function operationsOfBody(request: PluginRequest, maxBatch: number): Promise<Operations> {
  const type = request.headers['content-type'];
  if (typeof type !== 'string' || !/^application\/json(\s*;|$)/i.test(type.trim()))
    throw new RequestRefusal(415, 'the body has to be of the type application/json');
  const body = await bodyOf(request);
  if (!Array.isArray(body)) return { isBatch: false, operations: [operationOf(body)] };
  if (body.length === 0) throw new RequestRefusal(400, 'the array has no operation');
  if (body.length > maxBatch) {
    const found = `the array has ${String(body.length)} operations`;
    throw new RequestRefusal(
      400,
      `${found}; ${maxBatch === 1 ? 'arrays are' : `more than ${String(maxBatch)} are`} not allowed`,
    );
  }
  return { isBatch: true, operations: body.map(operationOf) };
}

async function bodyOf(request: PluginRequest): Promise<unknown> {
  try {
    return await readJson(request, LARGEST_BODY);
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new RequestRefusal(cause.status === 413 ? 413 : 400, cause.message);
  }
}

function operationOf(value: unknown): Operation {
  if (!isSection(value)) throw new RequestRefusal(400, 'an operation has to be an object with a query');
  const { query, operationName, variables } = value;
  if (typeof query !== 'string' || query.trim() === '') throw new RequestRefusal(400, 'query has to be a text');
  if (isGiven(operationName) && typeof operationName !== 'string')
    throw new RequestRefusal(400, 'operationName has to be a text');
  if (isGiven(variables) && !isSection(variables)) throw new RequestRefusal(400, 'variables has to be an object');
  return {
    query,
    // Some clients send an empty one where they have none.
    operationName: isGiven(operationName) && operationName !== '' ? operationName : undefined,
    variables: isGiven(variables) ? variables : undefined,
  };
}

function isGiven<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null;
}

function variablesIn(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new RequestRefusal(400, 'variables has to be JSON');
  }
}
