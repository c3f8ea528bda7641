import * as v from 'valibot';

/** `"config"` of the entry in extensions.json. */
export const Config = v.strictObject({
  /** Answers 501 to operations that keep no state yet, instead of an object of the right shape. */
  strict: v.optional(v.boolean(), false),
  /** `fixtures`: an identifier that there is nothing under stands for a generated object, as in stripe-mock. */
  fallback: v.optional(v.picklist(['none', 'fixtures']), 'none'),
  /**
   * `localstripe`: also the routes and the looser rules of localstripe; `stripe-stateful-mock`: also the tokens of that; `emulate`: also
   * JSON, filters and pages of Vercel's emulate; `stripe-mock`: whatever is well-formed succeeds, and is refused in the words of that.
   */
  compat: v.optional(v.picklist(['none', 'localstripe', 'stripe-stateful-mock', 'emulate', 'stripe-mock']), 'none'),
  /** With `"compat": "stripe-mock"`, as its `-strict-version-check`: refuses a `Stripe-Version` other than `apiVersion`. */
  strictVersionCheck: v.optional(v.boolean(), false),
  /** Holds what Stripe limits in test mode: webhook endpoints of an account, customers and quotes of a test clock, subscriptions of customers. */
  limits: v.optional(v.boolean(), false),
  /** Serves the API on this port too, without a path before `/v1`. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  /** The version of requests without a `Stripe-Version` header, and of webhooks: `2026-10-28.endive`. The newest when left out. */
  apiVersion: v.optional(v.string()),
  /** After how many seconds a delivery of a webhook is repeated that the application did not take, one number for each time. */
  webhooks: v.optional(
    v.strictObject({
      retryAfterSeconds: v.optional(v.pipe(v.array(v.pipe(v.number(), v.minValue(0))), v.maxLength(20)), [1, 5, 25]),
    }),
    { retryAfterSeconds: [1, 5, 25] },
  ),
  /** What follows a payment of a subscription that failed: retries after so many days each, and then what becomes of the subscription. */
  dunning: v.optional(
    v.strictObject({
      retryAfterDays: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60))), [3, 5, 7]),
      then: v.optional(v.picklist(['cancel', 'mark_unpaid', 'leave_past_due']), 'cancel'),
    }),
    { retryAfterDays: [3, 5, 7], then: 'cancel' },
  ),
});

export type StripeConfig = v.InferOutput<typeof Config>;
