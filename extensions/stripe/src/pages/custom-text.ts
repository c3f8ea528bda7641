import { html, safeUrl, type Html } from './html';

/** A text that an application writes into a page, whose links are written as in Markdown: `[terms](https://example.com)`. */
export function customText(text: string): Html {
  const parts = text.split(/\[([^\]]+)\]\(([^)\s]+)\)/);
  const pieces = parts.map((part, index) => {
    if (index % 3 === 0) return part;
    const url = index % 3 === 1 ? safeUrl(parts[index + 1]) : undefined;
    // The address of a link stands in the one before it.
    return url === undefined ? '' : html`<a href="${url}" target="_blank" rel="noopener">${part}</a>`;
  });
  return html`${pieces}`;
}
