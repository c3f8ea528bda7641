import { invalidRequest } from '../errors';

/** What a JSON body says, as a form. What is `null` or empty is left out. Throws for a body that is no JSON object. */
export function formOfJson(body: string): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(readObject(body))) append(form, name, value);
  return form.toString();
}

function readObject(body: string): object {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    throw invalidRequest('Invalid request: the body is no JSON, though its content type says so.');
  }
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read;
  throw invalidRequest('Invalid request: the body has to be a JSON object.');
}

function append(form: URLSearchParams, name: string, value: unknown): void {
  if (typeof value === 'string') form.append(name, value);
  else if (typeof value === 'number' || typeof value === 'boolean') form.append(name, String(value));
  else for (const [key, each] of Object.entries(value ?? {})) append(form, `${name}[${key}]`, each);
}
