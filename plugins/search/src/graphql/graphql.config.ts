import { IsBoolean, IsInt, Max, Min } from 'class-validator';

/** `graphql`: what a query of zot's API may ask for. */
export class GraphqlConfig {
  /** Whether clients may ask for the schema. zot's command-line client does before each of its queries. */
  @IsBoolean({ message: 'true or false' })
  introspection = true;

  /** How deep fields may lie in each other. The introspection query of the usual tools is 13 deep. */
  @IsInt()
  @Min(1)
  @Max(100)
  maxDepth = 15;

  /** How many fields an operation may select, aliases and what fragments bring counted each time. */
  @IsInt()
  @Min(1)
  @Max(10_000)
  maxFields = 500;

  /** What an operation may cost: every field once for each result that it may be asked of. */
  @IsInt()
  @Min(100)
  @Max(100_000_000)
  maxCost = 1_000_000;

  /** How many results a list that asks for no page may have. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  maxResults = 20_000;

  /** How many operations one request may hold, as an array; 1: no arrays. */
  @IsInt()
  @Min(1)
  @Max(100)
  maxBatch = 10;
}
