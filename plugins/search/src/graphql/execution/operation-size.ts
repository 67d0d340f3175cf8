import {
  type FragmentDefinitionNode,
  type FieldNode,
  getNullableType,
  type GraphQLField,
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
  /** Queries for lists that ask for no page. */
  readonly endless: number;
  /** Each field as often as it may be asked for: once for each result of the lists that it lies in. */
  readonly cost: number;
}

const NOTHING: OperationSize = { depth: 0, fields: 0, endless: 0, cost: 0 };

/** Parts of one result, as most have them: layers, referrers, platforms. */
const USUAL_PARTS = 5;

/** What it costs to begin: a query asks the database once at least. */
const QUERY_COST = 100;

export interface SizedOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: VariableValues;
  /** How many results a list counts as that asks for no page. */
  readonly endlessResults: number;
}

/** Measures an operation without following what fragments bring more than once: bombs of them are measured as fast as others. */
export class OperationMeter {
  readonly #fragments = new Map<string, OperationSize>();

  constructor(private readonly operation: SizedOperation) {}

  sizeOf(selections: SelectionSetNode): OperationSize {
    return this.#selections(selections, this.operation.schema.getQueryType() ?? undefined, new Set());
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
    const { schema } = this.operation;
    const definition = parent?.getFields()[field.name.value];
    const named = definition && getNamedType(definition.type);
    const inner = field.selectionSet
      ? this.#selections(field.selectionSet, isObjectType(named) ? named : undefined, within)
      : NOTHING;
    const isQuery = parent !== undefined && parent === schema.getQueryType();
    const { results, isEndless } = isQuery ? this.#resultsOf(field, definition) : partsOf(field, definition);
    return {
      depth: inner.depth + 1,
      fields: inner.fields + 1,
      endless: inner.endless + Number(isEndless),
      cost: (isQuery ? QUERY_COST : 1) + inner.cost * results,
    };
  }

  #resultsOf(field: FieldNode, definition: Definition): Results {
    const takesPage = definition?.args.some(({ name }) => name === 'requestedPage') ?? false;
    if (!takesPage && !ENDLESS.has(field.name.value)) return partsOf(field, definition);
    const limit = takesPage ? limitOf(field, this.operation.variables) : undefined;
    return { results: limit ?? this.operation.endlessResults, isEndless: limit === undefined };
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

type Definition = GraphQLField<unknown, unknown> | undefined;

interface Results {
  readonly results: number;
  readonly isEndless: boolean;
}

/** Queries that give a list and take no page. */
const ENDLESS: ReadonlySet<string> = new Set(['ExpandedRepoInfo']);

/** Lists of results, whose number the query's page says. */
const PAGED: ReadonlySet<string> = new Set(['Results', 'Images', 'Repos', 'Layers', 'CVEList']);

function partsOf({ name }: FieldNode, definition: Definition): Results {
  const isList = definition !== undefined && isListType(getNullableType(definition.type));
  return { results: isList && !PAGED.has(name.value) ? USUAL_PARTS : 1, isEndless: false };
}

function together(left: OperationSize, right: OperationSize): OperationSize {
  return {
    depth: Math.max(left.depth, right.depth),
    fields: left.fields + right.fields,
    endless: left.endless + right.endless,
    cost: left.cost + right.cost,
  };
}
