import type { Change } from './changes';
import { renamed } from './raw-lists';

/** https://docs.stripe.com/changelog/acacia#2024-09-30.acacia: what an alert waits for is named by its type. */
export const acacia: Change = {
  since: '2024-09-30',
  render: (object) => {
    if (object['object'] !== 'billing.alert') return object;
    const { usage_threshold: threshold, ...rest } = object;
    const { filters, ...config } = (threshold ?? {}) as { filters?: readonly { customer?: unknown }[] };
    const [first] = filters ?? [];
    return {
      ...rest,
      filter: first ? { customer: first.customer ?? null } : null,
      usage_threshold_config: threshold === null || threshold === undefined ? null : config,
    };
  },
  translate: {
    'POST /v1/billing/alerts': ({ filter, ...given }) => {
      const { usage_threshold: threshold, ...rest } = renamed(given, 'usage_threshold_config', 'usage_threshold');
      if (threshold === undefined || typeof threshold !== 'object' || Array.isArray(threshold)) return given;
      if (typeof filter !== 'object' || Array.isArray(filter)) return { ...rest, usage_threshold: threshold };
      return { ...rest, usage_threshold: { ...threshold, filters: [{ type: 'customer', ...filter }] } };
    },
  },
};
