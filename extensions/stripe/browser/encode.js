/** Writes parameters as forms have them: `card[number]=…`. */
export function encode(params, prefix, into = new URLSearchParams()) {
  for (const [name, value] of Object.entries(params)) {
    const key = prefix ? `${prefix}[${name}]` : name;
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') encode(value, key, into);
    else into.append(key, String(value));
  }
  return into;
}
