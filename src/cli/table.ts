/** Rows below a head, each column as wide as its widest cell; the last one is cut where the terminal ends. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const limit = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
  return all
    .map((row) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
      return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
    })
    .join('\n');
}
