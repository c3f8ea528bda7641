/** What an account still has to say, as version 2 lists it. */
import type Stripe from 'stripe';
import type { AccountRow } from './account-row';
import { ACCOUNT_PAIRS } from './account-paths';
import { personField } from './persons';

type Deadline = 'currently_due' | 'eventually_due' | 'past_due';

/** The most urgent first. */
const DEADLINES: readonly Deadline[] = ['past_due', 'currently_due', 'eventually_due'];

/** The requirements of an account, one entry for each thing that is missing or being looked at. */
export function requirementsOf(row: AccountRow, { requirements }: Stripe.Account): object {
  const found = new Map<string, Deadline>();
  for (const deadline of DEADLINES) {
    for (const each of requirements?.[deadline] ?? []) if (!found.has(each)) found.set(each, deadline);
  }
  const entries = [...found].map(([requirement, status]) => entryOf(row, requirements, requirement, status));
  const pending = (requirements?.pending_verification ?? [])
    .filter((requirement) => !found.has(requirement))
    .map((requirement) => ({
      ...entryOf(row, requirements, requirement, 'currently_due'),
      awaiting_action_from: 'stripe',
      requested_reasons: [{ code: 'routine_verification' }],
    }));
  const most = DEADLINES.find((deadline) => [...found.values()].includes(deadline));
  return {
    alternatives: [],
    entries: [...entries, ...pending],
    summary: { minimum_deadline: most === undefined ? null : { status: most, time: null } },
  };
}

/** Nothing is known of what will be asked for. */
export const NO_FUTURE_REQUIREMENTS = {
  alternatives: [],
  entries: [],
  minimum_transition_date: null,
  summary: { minimum_deadline: null },
};

const PERSON = /^(person_\w+)\.(.+)$/;

function entryOf(
  { requested }: AccountRow,
  requirements: Stripe.Account.Requirements | undefined,
  requirement: string,
  status: Deadline,
) {
  const [, person, field] = PERSON.exec(requirement) ?? [];
  const errors = (requirements?.errors ?? []).filter((each) => each.requirement === requirement);
  return {
    awaiting_action_from: 'user',
    description: person === undefined ? fieldOf(requirement) : personField(field!),
    errors: errors.map(({ code, reason }) => ({ code, description: reason })),
    impact: {
      restricts_capabilities: requested
        .filter((each) => !each.startsWith('customer.'))
        .map((each) => ({
          capability: each.slice(each.indexOf('.') + 1),
          configuration: each.slice(0, each.indexOf('.')),
          deadline: { status },
        })),
    },
    minimum_deadline: { status },
    reference: person === undefined ? null : { inquiry: null, resource: person, type: 'person' },
    requested_reasons: [{ code: 'routine_onboarding' }],
  };
}

const OTHERS: Readonly<Record<string, string>> = {
  external_account: 'defaults.payout_methods',
  'company.tax_id': 'identity.business_details.id_numbers',
};
const INDIVIDUAL = 'individual.';

/** The field of version 2 that version 1 asks for. */
function fieldOf(requirement: string): string {
  if (requirement.startsWith(INDIVIDUAL))
    return `identity.${INDIVIDUAL}${personField(requirement.slice(INDIVIDUAL.length))}`;
  const pair = ACCOUNT_PAIRS.find(({ first }) => requirement === first || requirement.startsWith(`${first}.`));
  if (pair !== undefined) return pair.second + requirement.slice(pair.first.length);
  return OTHERS[requirement] ?? requirement;
}
