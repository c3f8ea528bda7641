/** Whether a type of events is among what somebody asked for: exact types, `*`, or groups such as `invoice.*`. */
export function isWanted(type: string, wanted: readonly string[]): boolean {
  return wanted.some((each) => matches(type, each));
}

function matches(type: string, pattern: string): boolean {
  if (!pattern.includes('*')) return type === pattern;
  const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(type);
}
