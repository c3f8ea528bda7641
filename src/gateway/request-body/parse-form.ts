import type { Form, FormFile } from '../../api/request-body';
import { HttpError } from '../../api/http-error';

export type FormType = 'application/x-www-form-urlencoded' | 'multipart/form-data';

/** The type of form that a content type names. Throws a 415 when it names none. */
export function formTypeOf(contentType: string | undefined): FormType {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data') return type;
  throw new HttpError(
    415,
    `the content type is ${type === undefined ? 'missing' : `"${type}"`} where a form was expected`,
  );
}

/**
 * Reads a multipart form that is there whole, with the parser that Node has for `Response.formData`: it is kept up with
 * the standard, and a parser of pieces would gain nothing here. Throws a 400 for what is no such form.
 */
export async function parseMultipart(bytes: Buffer, contentType: string): Promise<Form> {
  const fields = new URLSearchParams();
  const files: FormFile[] = [];
  for (const [name, value] of await formData(bytes, contentType)) {
    if (typeof value === 'string') fields.append(name, value);
    else {
      const { name: filename, type } = value;
      files.push({ name, filename, type, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  return { fields, files };
}

async function formData(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new HttpError(400, `the body is not a valid form: ${(cause as Error).message}`);
  }
}
