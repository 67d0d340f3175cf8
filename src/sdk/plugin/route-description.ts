import 'reflect-metadata';

/** A parameter of the query part of a URL. */
export interface QueryParameter {
  readonly description: string;
  readonly isRequired?: boolean;
  readonly example?: string;
}

/** What is known of a route beside its path and for whom it is. JSON throughout. */
export interface RouteDescription {
  /** One line. */
  readonly summary: string;
  readonly query?: Readonly<Record<string, QueryParameter>>;
  /** What the body of a request is. */
  readonly body?: string;
  /** By status, what an answer means; errors that every route may give are left out. */
  readonly answers: Readonly<Record<number, string>>;
  /** A JSON Schema of the body of a success. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

const ROUTE_DESCRIPTION = Symbol.for('berth.route-description');

/** Describes the route for the server's OpenAPI document, which lists it all the same without. */
export function Described(description: RouteDescription): MethodDecorator {
  return (_target, _property, descriptor) => {
    Reflect.defineMetadata(ROUTE_DESCRIPTION, description, descriptor.value as object);
  };
}

/** What the route of `handler` says of itself. */
export function routeDescriptionOf(handler: object): RouteDescription | undefined {
  return Reflect.getMetadata(ROUTE_DESCRIPTION, handler) as RouteDescription | undefined;
}
