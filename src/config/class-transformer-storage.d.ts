/** Where class-transformer keeps the types that its decorators name; class-validator-jsonschema's documentation names it. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(type: new () => object, property: string): { readonly typeFunction: () => unknown } | undefined;
  };
}
