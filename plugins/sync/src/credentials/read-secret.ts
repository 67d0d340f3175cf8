import { readFile } from 'node:fs/promises';
import { isSection, type Section } from '@berth/sdk';

/** What stands in a file, without the white space around it. @throws Error that names the file, and nothing of it */
export async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be read';
    throw new Error(`${path}: ${code}`, { cause });
  }
}

/** A JSON object in a file. @throws Error that names the file, and nothing of it */
export async function readSecretDocument(path: string): Promise<Section> {
  const text = await readSecret(path);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // What the parser says may have a piece of the text in it.
    document = undefined;
  }
  if (!isSection(document)) throw new Error(`${path} is no JSON object`);
  return document;
}

/** @throws Error where `name` of the document is no text */
export function textIn(document: Section, name: string, path: string): string {
  const value = document[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${path} has no ${name}`);
  return value;
}
