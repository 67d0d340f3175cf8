import {
  type FragmentDefinitionNode,
  type FieldNode,
  getNullableType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { limitOf, type VariableValues } from './requested-limit.js';

/** How large an operation is, with every fragment counted wherever it is spread. */
export interface OperationSize {
  readonly depth: number;
  /** Fields that are selected. */
  readonly fields: number;
  /** Each field as often as it may be asked for: once for each result of the lists that it lies in. */
  readonly cost: number;
}

const NOTHING: OperationSize = { depth: 0, fields: 0, cost: 0 };

/** Results of a list that asks for no page, and of one that has none, as they are in most registries. */
const USUAL_PAGE = 100;
const USUAL_LIST = 5;

/** What it costs to begin: a query asks the database once at least. */
const QUERY_COST = 100;

export interface SizedOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: VariableValues;
}

/** Measures an operation without following what fragments bring more than once: bombs of them are measured as fast as others. */
export class OperationMeter {
  readonly #fragments = new Map<string, OperationSize>();

  constructor(private readonly operation: SizedOperation) {}

  sizeOf(selections: SelectionSetNode): OperationSize {
    const { cost, ...size } = this.#selections(
      selections,
      this.operation.schema.getQueryType() ?? undefined,
      new Set(),
    );
    return { ...size, cost };
  }

  #selections(
    { selections }: SelectionSetNode,
    type: GraphQLObjectType | undefined,
    within: ReadonlySet<string>,
  ): OperationSize {
    return selections.reduce<OperationSize>((size, selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return together(size, this.#field(selection, type, within));
        case Kind.INLINE_FRAGMENT:
          return together(size, this.#selections(selection.selectionSet, type, within));
        case Kind.FRAGMENT_SPREAD:
          return together(size, this.#fragment(selection.name.value, within));
      }
    }, NOTHING);
  }

  #field(field: FieldNode, parent: GraphQLObjectType | undefined, within: ReadonlySet<string>): OperationSize {
    const { schema, variables } = this.operation;
    const definition = parent?.getFields()[field.name.value];
    const named = definition && getNamedType(definition.type);
    const inner = field.selectionSet
      ? this.#selections(field.selectionSet, isObjectType(named) ? named : undefined, within)
      : NOTHING;
    const isQuery = parent !== undefined && parent === schema.getQueryType();
    const limit = isQuery ? limitOf(field, variables) : undefined;
    const isList = definition !== undefined && isListType(getNullableType(definition.type));
    const results = isQuery ? (limit ?? USUAL_PAGE) : isList && !isPaged(field) ? USUAL_LIST : 1;
    return {
      depth: inner.depth + 1,
      fields: inner.fields + 1,
      cost: (isQuery ? QUERY_COST : 1) + inner.cost * results,
    };
  }

  #fragment(name: string, within: ReadonlySet<string>): OperationSize {
    const known = this.#fragments.get(name);
    if (known) return known;
    const fragment = this.operation.fragments.get(name);
    // What is not there, or spreads itself, validation refuses.
    if (!fragment || within.has(name)) return NOTHING;
    const type = this.operation.schema.getType(fragment.typeCondition.name.value);
    const inside = new Set([...within, name]);
    const size = this.#selections(fragment.selectionSet, isObjectType(type) ? type : undefined, inside);
    this.#fragments.set(name, size);
    return size;
  }
}

/** Lists of results, whose number the query's page says. */
const PAGED: ReadonlySet<string> = new Set(['Results', 'Images', 'Repos', 'Layers', 'CVEList']);

function isPaged({ name }: FieldNode): boolean {
  return PAGED.has(name.value);
}

function together(left: OperationSize, right: OperationSize): OperationSize {
  return {
    depth: Math.max(left.depth, right.depth),
    fields: left.fields + right.fields,
    cost: left.cost + right.cost,
  };
}
