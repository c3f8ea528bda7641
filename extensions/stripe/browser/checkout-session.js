/** What a page sees of a Checkout Session. */
/** An amount as Stripe.js shows it: `{ amount: '$20.00', minorUnitsAmount: 2000 }`. */
function shownAmount(minorUnitsAmount, currency) {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  const { maximumFractionDigits: digits } = format.resolvedOptions();
  return { amount: format.format(minorUnitsAmount / 10 ** digits), minorUnitsAmount };
}

function shownAddress(details) {
  return details && details.address ? { name: details.name, address: details.address } : null;
}

/** A session as pages see it. */
export function sessionFrom(answer, noted) {
  const { billing, shipping, phone, taxIdInfo, individualName, businessName } = noted;
  const currency = answer.currency || 'usd';
  const amount = (value) => shownAmount(value || 0, currency);
  const { amount_discount: discount, amount_shipping: sending, amount_tax: tax } = answer.total_details || {};
  const items = answer.line_items.data;
  const exclusive = items.reduce(
    (sum, item) => sum + item.amount_total - item.amount_subtotal + item.amount_discount,
    0,
  );
  const options = answer.shipping_options.map(({ shipping_amount: cost, shipping_rate: rate }) => ({
    id: rate.id,
    displayName: rate.display_name,
    currency,
    ...amount(cost),
    deliveryEstimate: rate.delivery_estimate || null,
  }));
  const chosen = answer.shipping_cost && answer.shipping_cost.shipping_rate;
  const details = answer.customer_details || {};
  const price = (unit) => (unit === null || unit === undefined ? null : amount(unit));
  const discounts = answer.applied_discounts.map(({ coupon, code }) => ({
    ...amount(discount),
    displayName: code || (coupon && coupon.name) || '',
    promotionCode: code,
    percentOff: coupon && coupon.percent_off,
    recurring: recurringOf(coupon || {}),
  }));
  return {
    id: answer.id,
    livemode: false,
    currency,
    businessName: answer.business_name,
    nameCollection: answer.name_collection
      ? { individualName: individualName || null, businessName: businessName || null }
      : null,
    currencyOptions: null,
    email: details.email || null,
    phoneNumber: phone || details.phone || null,
    billingAddress: billing || null,
    shippingAddress:
      shipping || shownAddress(answer.collected_information && answer.collected_information.shipping_details),
    canConfirm: answer.status === 'open' && Boolean(details.email),
    minorUnitsAmountDivisor:
      10 ** new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits,
    lastPaymentError: answer.last_payment_error ? { message: answer.last_payment_error.message } : null,
    lineItems: items.map((item) => {
      const { [item.id]: product = {} } = answer.products;
      const { unit_amount: unit, unit_amount_decimal: decimal, recurring, id: priceId } = item.price || {};
      const tax = item.amount_tax || 0;
      const isExclusive = item.amount_total !== item.amount_subtotal - item.amount_discount;
      return {
        id: item.id,
        name: product.name || item.description,
        description: product.description || null,
        images: product.images || [],
        unitLabel: product.unit_label || null,
        priceId,
        quantity: item.quantity,
        unitAmount: price(unit),
        unitAmountDecimal: price(decimal === null || decimal === undefined ? undefined : Number(decimal)),
        subtotal: amount(item.amount_subtotal),
        discount: amount(item.amount_discount),
        discountAmounts: discounts.length > 0 && item.amount_discount ? discounts : null,
        taxExclusive: amount(isExclusive ? tax : 0),
        taxInclusive: amount(isExclusive ? 0 : tax),
        taxAmounts: null,
        total: amount(item.amount_total),
        adjustableQuantity:
          item.adjustable_quantity && item.adjustable_quantity.enabled
            ? { minimum: item.adjustable_quantity.minimum, maximum: item.adjustable_quantity.maximum }
            : null,
        isRemovable: false,
        pricing: null,
        transformQuantity: null,
        recurring: recurring
          ? {
              interval: recurring.interval,
              intervalCount: recurring.interval_count,
              usageType: recurring.usage_type,
            }
          : null,
      };
    }),
    // The API takes no optional items where an application shows the elements.
    optionalItems: null,
    recurring: answer.recurring ? shownRecurring(answer.recurring, amount) : null,
    savedPaymentMethods: answer.customer
      ? answer.saved_payment_methods.filter(({ type }) => type === 'card').map(savedMethod)
      : null,
    surcharge: null,
    tax: { status: taxStatus(answer, noted) },
    taxAmounts: tax ? [{ ...amount(tax), inclusive: exclusive === 0, displayName: 'Tax' }] : null,
    taxIdInfo: taxIdInfo || null,
    discountAmounts: discount ? discounts : null,
    shippingOptions: options,
    shipping: chosen ? { shippingOption: options.find(({ id }) => id === chosen) || null, taxAmounts: null } : null,
    status:
      answer.status === 'complete'
        ? { type: 'complete', paymentStatus: answer.payment_status }
        : { type: answer.status },
    total: {
      appliedBalance: amount(0),
      balanceAppliedToNextInvoice: false,
      surcharge: amount(0),
      subtotal: amount(answer.amount_subtotal),
      discount: amount(discount),
      shippingRate: amount(sending),
      taxExclusive: amount(exclusive),
      taxInclusive: amount((tax || 0) - exclusive),
      total: amount(answer.amount_total),
    },
  };
}

/** What is due after today. */
function shownRecurring({ interval, interval_count: intervalCount, trial, due_next: next }, amount) {
  return {
    interval,
    intervalCount,
    isProrated: false,
    dueNext: {
      subtotal: amount(next.amount_subtotal),
      total: amount(next.amount_total),
      discount: amount(next.amount_discount),
      taxExclusive: amount(next.amount_tax_exclusive),
      taxInclusive: amount(next.amount_tax_inclusive),
      billingCycleAnchor: next.billing_cycle_anchor,
    },
    trial: trial && { trialEnd: trial.trial_end, trialPeriodDays: trial.trial_period_days },
  };
}

function recurringOf({ duration, duration_in_months: durationInMonths }) {
  if (duration === 'repeating') return { type: 'repeating', durationInMonths };
  return duration === 'forever' ? { type: 'forever' } : null;
}

function savedMethod({ id, type, card, billing_details: details }) {
  const { brand, exp_month: expMonth, exp_year: expYear, last4 } = card;
  return { id, type, card: { brand, expMonth, expYear, last4 }, billingDetails: details };
}

/** Whether the taxes are those of the buyer, or wait for an address. */
function taxStatus({ automatic_tax: automatic, shipping_address_collection: sends }, { billing, shipping }) {
  if (!automatic || !automatic.enabled || automatic.status === 'complete') return 'ready';
  if (sends) return shipping ? 'ready' : 'requires_shipping_address';
  return billing ? 'ready' : 'requires_billing_address';
}
