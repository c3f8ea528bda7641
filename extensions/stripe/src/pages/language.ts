/** The language of a page: that of its session, where its texts are known in it. Texts that are not are English. */
import { TEXTS, LANGUAGES } from './texts';

let spoken = 'en';

/** Writes a page in the language of a locale, such as `de` or `fr-CA`; null and `auto` are English. */
export function speaking<R>(locale: string | null | undefined, write: () => R): R {
  const before = spoken;
  const [language = 'en'] = (locale ?? 'en').split('-');
  spoken = LANGUAGES.includes(language) ? language : 'en';
  try {
    return write();
  } finally {
    spoken = before;
  }
}

/** The language of the page that is written now. */
export function language(): string {
  return spoken;
}

/** A text in the language of the page, with `value` in the place of `{}`. */
export function say(text: string, value = ''): string {
  const found = TEXTS[text]?.[LANGUAGES.indexOf(spoken)] ?? text;
  return found.replace('{}', value);
}
