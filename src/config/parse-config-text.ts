import { findJsonFault } from './json-fault.js';

/** What a text holds, or what is wrong with it: `found` and `allowed` of a violation. */
export type ParsedText = { readonly value: unknown } | { readonly found: string; readonly allowed: string };

/** Reads `text` as JSON or YAML. `fileName` decides by its ending, and the first letter of the text where that says nothing. */
export async function parseConfigText(text: string, fileName: string): Promise<ParsedText> {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') return { found: 'an empty file', allowed: 'a configuration in JSON or YAML' };
  return isJson(content, fileName) ? parseJson(content) : parseYaml(content);
}

function isJson(text: string, fileName: string): boolean {
  if (/\.json$/i.test(fileName)) return true;
  return !/\.ya?ml$/i.test(fileName) && text.trimStart().startsWith('{');
}

function parseJson(text: string): ParsedText {
  const fault = findJsonFault(text);
  if (!fault) return { value: JSON.parse(text) as unknown };
  const place = `at line ${String(fault.line)}, column ${String(fault.column)}`;
  return { found: `${fault.found} ${place}`, allowed: `JSON: ${fault.expected}` };
}

async function parseYaml(text: string): Promise<ParsedText> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    return { found: `${error.message} at line ${String(line)}, column ${String(col)}`, allowed: 'YAML' };
  }
  try {
    return { value: document.toJS() as unknown };
  } catch (cause) {
    // The library refuses aliases that lead nowhere or that multiply without end only here.
    if (cause instanceof ReferenceError) return { found: cause.message, allowed: 'YAML' };
    throw cause;
  }
}
