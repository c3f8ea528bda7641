/** How many of its lines an invoice or a credit note shows by itself; the list of its lines has all. */
const SHOWN = 10;
const WITH_LINES: ReadonlySet<unknown> = new Set(['credit_note', 'invoice']);
/** What does not exist has no list of its own, so that a preview shows all. */
const PREVIEW = 'upcoming_';

type Fields = Readonly<Record<string, unknown>>;

interface Lines {
  readonly data: readonly unknown[];
}

/** An answer in which each invoice and credit note has its first lines alone. It is left as it is where none has more. */
export function withFirstLines(answer: object): object {
  const fields = answer as Fields;
  switch (fields['object']) {
    case 'credit_note':
    case 'invoice':
      return shortened(fields);
    case 'list':
    case 'search_result':
      return withEach(fields);
    case 'event': {
      const { data } = fields as { data: { object: Fields } };
      const object = withFirstLines(data.object);
      return object === data.object ? answer : { ...fields, data: { ...data, object } };
    }
    default:
      return answer;
  }
}

function withEach(list: Fields): object {
  const data = list['data'] as readonly Fields[];
  const isNeeded = data.some(({ object }) => WITH_LINES.has(object) || object === 'event');
  return isNeeded ? { ...list, data: data.map(withFirstLines) } : list;
}

function shortened(object: Fields): object {
  const { id, lines } = object as { id?: string; lines?: Lines };
  if (lines === undefined || lines.data.length <= SHOWN || id?.startsWith(PREVIEW) === true) return object;
  return { ...object, lines: { ...lines, data: lines.data.slice(0, SHOWN), has_more: true } };
}
