/** The size of a sheet of A4, in points. */
const [WIDTH, HEIGHT] = [595, 842];
const MARGIN = 56;
const LINE = 18;

/** One line of text on a page: at the left, and maybe something at the right. */
export interface PdfLine {
  readonly text: string;
  readonly right?: string;
  readonly size?: number;
}

/** Writes lines of text as a PDF, as many pages as it takes. Letters that the built-in font does not have become `?`. */
export function pdf(title: string, lines: readonly PdfLine[]): Buffer {
  const perPage = Math.floor((HEIGHT - 2 * MARGIN) / LINE);
  const sheets: (readonly PdfLine[])[] = [];
  for (let start = 0; start < Math.max(lines.length, 1); start += perPage)
    sheets.push(lines.slice(start, start + perPage));
  const pageIds = sheets.map((_sheet, index) => 4 + index * 2);
  const objects: string[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${sheets.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  for (const [index, sheet] of sheets.entries()) {
    const content = sheet.map((line, row) => draw(line, HEIGHT - MARGIN - row * LINE)).join('\n');
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`,
    );
  }
  objects.push(`<< /Title (${literal(title)}) /Producer (Backlot) >>`);

  let text = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((object, index) => {
    const offset = Buffer.byteLength(text, 'latin1');
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = Buffer.byteLength(text, 'latin1');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) text += `${String(offset).padStart(10, '0')} 00000 n \n`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

function draw({ text, right, size = 11 }: PdfLine, y: number): string {
  const at = (x: number, what: string): string => `BT /F1 ${size} Tf ${x.toFixed(1)} ${y} Td (${literal(what)}) Tj ET`;
  const left = at(MARGIN, text);
  return right === undefined ? left : `${left}\n${at(WIDTH - MARGIN - widthOf(right, size), right)}`;
}

/** About how wide text is in Helvetica: digits are all alike, which matters for amounts. */
function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += /[.,:;'|ilj ]/.test(letter) ? 0.278 : /[A-Z@%]/.test(letter) ? 0.7 : 0.556;
  return width * size;
}

/** Text within parentheses, in the encoding of the font. */
function literal(text: string): string {
  return [...text]
    .map((letter) => {
      const code = letter.codePointAt(0)!;
      if (letter === '€') return '\\200';
      if (letter === '•') return '\\225';
      if (letter === '\\' || letter === '(' || letter === ')') return `\\${letter}`;
      return code >= 32 && code < 127 ? letter : code >= 160 && code <= 255 ? `\\${code.toString(8)}` : '?';
    })
    .join('');
}
