/** The JSON that a command has printed. */
export function jsonIn<Document>(text: string): Document {
  return JSON.parse(text) as Document;
}
