import { html, inScript, raw, type Html, type Piece } from './html';
import { language, say } from './language';
import { STYLE } from './style';

export interface PageOptions {
  readonly title: string;
  readonly body: Html;
  /** For the class of the body: `bare` within a frame. */
  readonly look?: string | undefined;
  /** A script of our own, for what HTML alone does not do. The page has to work without it where it can. */
  readonly script?: Html;
}

/** A whole page. */
export function page({ title, body, look, script }: PageOptions): string {
  return html`<!doctype html>
    <html lang="${language()}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body class="${look ?? ''}">
        ${body}
        ${
          script &&
          html`<script>
            ${script};
          </script>`
        }
      </body>
    </html> `.text;
}

/** A page that says one thing. */
export function notice(title: string, text: Piece, after?: Html): string {
  return page({
    title,
    body: html`<main class="narrow">
      <div class="card">
        <h1>${title}</h1>
        <p>${text}</p>
        ${after}
      </div>
    </main>`,
  });
}

/** What a frame over a page of the application ends with: the page around takes it away when it hears `done`. */
export function framedEnd(done: string): string {
  return page({
    title: 'Done',
    look: 'bare',
    body: html`<main class="narrow"><p>Done.</p></main>`,
    script: html`parent.postMessage({ backlot: ${inScript(done)} }, '*')`,
  });
}

export interface FieldOptions {
  readonly name: string;
  readonly label: string;
  readonly value?: string | null | undefined;
  readonly type?: 'text' | 'email' | 'tel' | 'number';
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'text';
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly problem?: string | undefined;
  readonly maxlength?: number;
}

/** A field with its label. Its `id` is its name. */
export function field(options: FieldOptions): Html {
  const { name, label, value, type = 'text', problem } = options;
  return html`<div class="field">
    <label for="${name}">${say(label)}</label>
    <input
      type="${type}"
      id="${name}"
      name="${name}"
      value="${value ?? ''}"
      ${attribute('autocomplete', options.autocomplete)}${attribute('inputmode', options.inputmode)}${attribute('placeholder', options.placeholder && say(options.placeholder))}${attribute('maxlength', options.maxlength)}${options.required === true && raw(' required')}${problem !== undefined && raw(` aria-invalid="true" aria-describedby="${name}-problem"`)}
    />
    ${problem !== undefined && html`<p class="problem FieldError" id="${name}-problem">${say(problem)}</p>`}
  </div>`;
}

/** A choice among options. */
export function select(
  { name, label, value }: Pick<FieldOptions, 'name' | 'label' | 'value'>,
  options: readonly (readonly [value: string, label: string])[],
): Html {
  return html`<div class="field">
    <label for="${name}">${say(label)}</label
    ><select id="${name}" name="${name}">
      ${options.map(([each, text]) => html`<option value="${each}" ${each === value && raw(' selected')}>${text}</option>`)}
    </select>
  </div>`;
}

function attribute(name: string, value: string | number | undefined): Html | undefined {
  return value === undefined ? undefined : html` ${raw(name)}="${value}"`;
}
