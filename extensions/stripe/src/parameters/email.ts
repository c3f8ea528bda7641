import { invalidRequest } from '../errors';

const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Throws for what is no email address. An empty text takes one out. */
export function checkEmail(email: string | null | undefined, param = 'email'): void {
  if (!email || EMAIL.test(email)) return;
  throw invalidRequest(`Invalid email address: ${email}`, { code: 'email_invalid', param });
}
