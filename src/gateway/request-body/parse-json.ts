import { createRequire } from 'node:module';
import type * as JsoncParser from 'jsonc-parser';
import { HttpError } from '../../api/http-error';

/** Reads JSON. Throws a 400 whose message says where the first mistake is. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new HttpError(400, 'the body is empty where JSON was expected');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, 'the body is not valid JSON: it is not UTF-8');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpError(400, `the body is not valid JSON: ${firstMistake(text)}`);
  }
}

/** Node's own messages have a position only for some mistakes. */
function firstMistake(text: string): string {
  const { parse, printParseErrorCode } = createRequire(__filename)('jsonc-parser') as typeof JsoncParser;
  const mistakes: JsoncParser.ParseError[] = [];
  try {
    parse(text, mistakes, { disallowComments: true });
  } catch {
    // It calls itself for each bracket, and thousands of them are more than a stack can hold.
    return 'it is nested too deeply to say where';
  }
  const [{ error, offset } = { error: undefined, offset: text.length }] = mistakes;
  const before = text.slice(0, offset).split('\n');
  const name = error === undefined ? 'Invalid' : printParseErrorCode(error);
  const what = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
  return `${what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
