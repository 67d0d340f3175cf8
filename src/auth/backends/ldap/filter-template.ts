import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';

/** What stands for "{user}" and "{dn}". */
export interface FilterValues {
  readonly user: string;
  readonly dn: string;
}

/**
 * A filter of the configuration with "{user}" and "{dn}" in its values. It is parsed once, as it was written; what stands
 * for a placeholder is put into the values of the parsed filter, so that no character of it can become syntax.
 */
export class FilterTemplate {
  readonly #filter: Filter;

  /** @throws Error that says what is wrong with `text` */
  constructor(text: string) {
    this.#filter = FilterParser.parseString(text);
  }

  fill(values: FilterValues): Filter {
    return filled(this.#filter, (text) =>
      text.replace(/\{(user|dn)\}/g, (_found, key: string) => (key === 'user' ? values.user : values.dn)),
    );
  }
}

function filled(filter: Filter, fill: (text: string) => string): Filter {
  const all = (filters: readonly Filter[]): Filter[] => filters.map((one) => filled(one, fill));
  if (filter instanceof AndFilter) return new AndFilter({ filters: all(filter.filters) });
  if (filter instanceof OrFilter) return new OrFilter({ filters: all(filter.filters) });
  if (filter instanceof NotFilter) return new NotFilter({ filter: filled(filter.filter, fill) });
  if (filter instanceof EqualityFilter) {
    const { attribute, value } = filter;
    return new EqualityFilter({ attribute, value: typeof value === 'string' ? fill(value) : value });
  }
  if (filter instanceof ExtensibleFilter) {
    const { rule, matchType, dnAttributes, value } = filter;
    return new ExtensibleFilter({ rule, matchType, dnAttributes, value: fill(value) });
  }
  if (filter instanceof SubstringFilter) {
    const { attribute, initial, any, final } = filter;
    return new SubstringFilter({ attribute, initial: fill(initial), any: any.map(fill), final: fill(final) });
  }
  if (filter instanceof GreaterThanEqualsFilter)
    return new GreaterThanEqualsFilter({ attribute: filter.attribute, value: fill(filter.value) });
  if (filter instanceof LessThanEqualsFilter)
    return new LessThanEqualsFilter({ attribute: filter.attribute, value: fill(filter.value) });
  if (filter instanceof ApproximateFilter)
    return new ApproximateFilter({ attribute: filter.attribute, value: fill(filter.value) });
  if (filter instanceof PresenceFilter) return filter;
  throw new Error('a filter of an unknown kind');
}
