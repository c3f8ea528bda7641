/** HTML that is whole: what is put into it by {@link html} is not escaped again. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What a template takes: nothing for undefined, null and false; lists piece by piece; everything else as escaped text. */
export type Piece = Html | string | number | undefined | null | false | readonly Piece[];

/** Writes HTML. Whatever is put in as text is escaped, in attributes too. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = parts[0] ?? '';
  for (const [index, piece] of pieces.entries()) text += write(piece) + (parts[index + 1] ?? '');
  return new Html(text);
}

/** HTML as it stands: only for text of our own. */
export function raw(text: string): Html {
  return new Html(text);
}

function write(piece: Piece): string {
  if (piece === undefined || piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(write).join('');
  return escape(String(piece));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it is written in HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ESCAPES[letter]!);
}

/** A value within a script: JSON that cannot end the element. */
export function inScript(value: unknown): Html {
  return raw(
    JSON.stringify(value ?? null)
      .replace(/</g, '\\u003c')
      .replace(/\u2028|\u2029/g, ' '),
  );
}

/** The address if it is one that a link may have, else nothing: no `javascript:`. */
export function safeUrl(url: string | null | undefined): string | undefined {
  return url && !/^\s*(javascript|data|vbscript):/i.test(url) ? url : undefined;
}
