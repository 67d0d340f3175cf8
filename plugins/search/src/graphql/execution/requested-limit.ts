import { type FieldNode, Kind, type ValueNode } from 'graphql';

export type VariableValues = Readonly<Record<string, unknown>>;

/** How many results a query asks for with `requestedPage.limit`; `undefined` where it says nothing, or not in numbers. */
export function limitOf({ arguments: given = [] }: FieldNode, variables: VariableValues): number | undefined {
  const argument = given.find(({ name }) => name.value === 'requestedPage');
  const page = argument && valueOf(argument.value, variables);
  const limit = typeof page === 'object' && page !== null && 'limit' in page ? page.limit : undefined;
  return typeof limit === 'number' && limit > 0 ? limit : undefined;
}

/** What of the value is needed: a page, as it is written or as a variable, and its limit likewise. */
function valueOf(node: ValueNode, variables: VariableValues): unknown {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind !== Kind.OBJECT) return undefined;
  return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value, variables)]));
}
