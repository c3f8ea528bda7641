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
