import { invalidRequest } from '../errors';

const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Throws for what is no address of mail in the parameter `email`. An empty text takes the address away. */
export function checkEmail(email: string | undefined): void {
  if (email === undefined || email === '' || EMAIL.test(email)) return;
  throw invalidRequest(`Invalid email address: ${email}`, { code: 'email_invalid', param: 'email' });
}
