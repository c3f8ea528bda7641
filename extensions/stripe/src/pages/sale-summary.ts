import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { saleOf, sessionsOf } from '../checkout/session-data';
import { nameOf, priceOf, type Line } from '../checkout/line-items';
import { addUp, type Sale } from '../checkout/totals';
import { decimalsOf } from '../payments/money';
import { html, raw, safeUrl, type Html } from './html';
import { say } from './language';
import { every, money } from './money';

/** What is sold in a session, with what a buyer may change of it: quantities, shipping, a code. `problem` is about the code. */
export function summary(stripe: Backend, id: string, problem?: string): Html {
  const session = sessionsOf(stripe).get(id);
  const sale = saleOf(stripe, id);
  if (sale === undefined)
    return html`<h1>Save your payment details</h1>
      <p class="muted">You are charged nothing now.</p>`;
  const totals = addUp(stripe, sale);
  const { currency } = sale;
  const hidden = sessionsOf(stripe).hidden(id)!;
  const adjustable = totals.items.some((item) => item.adjustable_quantity?.enabled);
  const isFree = hidden.lines.some((line) => line.amount !== undefined);
  const hasOptions =
    adjustable || isFree || session.shipping_options.length > 0 || session.allow_promotion_codes === true;
  return html`<div id="summary">
    <p class="muted">${headline(session, totals.items)}</p>
    <p class="amount">
      <span id="ProductSummary-totalAmount" data-testid="product-summary-total-amount"
        >${money(totals.amount_total, currency)}</span
      >
    </p>
    ${sale.trial === true && html`<p class="muted">${trialText(stripe, session)}</p>`}
    <form method="post" action="${stripe.pageUrl(`pay/${id}/options`)}" id="options-form" novalidate>
      ${totals.items.map((item) => lineOf(stripe, item, currency, hidden.lines.find(({ id }) => id === item.id)?.amount))}
      ${hidden.optional.map((line) => optionalOf(stripe, line, sale))}
      ${hasDiscountOrMore(totals) && html`<div class="row total"><span>${say('Subtotal')}</span><span>${money(totals.amount_subtotal, currency)}</span></div>`}
      ${totals.amount_discount > 0 && html`<div class="row"><span>${say('Discount')} ${discountNames(stripe, sale.discounts)}</span><span>−${money(totals.amount_discount, currency)}</span></div>`}
      ${totals.shipping_cost && html`<div class="row"><span>${say('Shipping')}</span><span>${totals.amount_shipping === 0 ? say('Free') : money(totals.amount_shipping, currency)}</span></div>`}
      ${totals.amount_tax > 0 && html`<div class="row"><span>${say('Tax')}</span><span>${money(totals.amount_tax, currency)}</span></div>`}
      <div class="row total">
        <span>${say('Total due today')}</span
        ><span id="OrderDetails-TotalAmount">${money(totals.amount_total, currency)}</span>
      </div>
      ${session.shipping_options.length > 0 && shippingChoice(stripe, session, sale.shippingRate)}
      ${session.allow_promotion_codes === true && promotionField(sale.discounts.length > 0, problem)}
      ${hasOptions && html`<noscript><button name="action" value="update">Update</button></noscript>`}
    </form>
  </div>`;
}

/** `amount` is what the buyer chose, where the price lets them. */
function lineOf(stripe: Backend, item: Stripe.LineItem, currency: string, amount: number | undefined): Html {
  const price = item.price;
  const product = stripe.table<Stripe.Product>('product').find(idOf(price?.product) ?? '');
  const image = safeUrl(product?.images[0]);
  const recurring = price?.recurring;
  const name = `quantity-${item.id}`;
  return html`<div class="row">
    <span
      >${image !== undefined && html`<img class="product" src="${image}" alt="" /> `}<strong
        data-testid="line-item-product-name"
        >${item.description}</strong
      >
      ${product?.description && html`<br /><span class="small muted">${product.description}</span>`}
      ${
        item.adjustable_quantity?.enabled
          ? html`<br /><label class="small" for="${name}">${say('Quantity')}</label>
              <input
                class="quantity"
                type="number"
                id="${name}"
                name="${name}"
                value="${item.quantity}"
                min="${item.adjustable_quantity.minimum ?? 0}"
                max="${item.adjustable_quantity.maximum ?? 99}"
              />`
          : item.quantity !== null &&
            item.quantity > 1 &&
            html`<br /><span class="small muted"
                >Qty
                ${item.quantity}${price?.unit_amount != null && `, ${money(price.unit_amount, currency)} each`}</span
              >`
      }
      ${amount !== undefined && amountField(item, currency, amount)}
      ${recurring && html`<br /><span class="small muted">Billed every ${every(recurring)}</span>`}</span
    >
    <span
      >${recurring && item.amount_subtotal === 0 && price?.unit_amount ? `${money(price.unit_amount * (item.quantity ?? 1), currency)} / ${every(recurring)}` : money(item.amount_subtotal, currency)}</span
    >
  </div>`;
}

function amountField({ id, price }: Stripe.LineItem, currency: string, amount: number): Html {
  const digits = decimalsOf(currency);
  const shown = (value: number): string => (value / 10 ** digits).toFixed(digits);
  const { minimum, maximum } = price?.custom_unit_amount ?? {};
  return html`<br /><label class="small" for="amount-${id}">Amount</label>
    <input
      class="quantity"
      type="number"
      id="amount-${id}"
      name="amount-${id}"
      value="${amount === 0 ? '' : shown(amount)}"
      step="${10 ** -digits}"
      min="${shown(minimum ?? 0)}"
      ${typeof maximum === 'number' && html`max="${shown(maximum)}"`}
    />`;
}

/** What the buyer may add, or has added. */
function optionalOf(stripe: Backend, line: Line, sale: Sale): Html {
  const isAdded = sale.lines.some(({ id }) => id === line.id);
  const name = nameOf(stripe, line);
  const { unit_amount: amount } = priceOf(stripe, line);
  return html`<div class="row">
    <span
      ><span class="small muted">${isAdded ? 'Added to your order' : 'Add to your order'}</span><br />
      ${name}${!isAdded && amount !== null && html` <span class="muted">${money(amount * (line.quantity ?? 1), sale.currency)}</span>`}</span
    >
    <button
      name="action"
      value="${isAdded ? 'drop' : 'add'}:${line.id}"
      aria-label="${isAdded ? 'Remove' : 'Add'} ${name}"
    >
      ${isAdded ? 'Remove' : 'Add'}
    </button>
  </div>`;
}

function headline(session: Stripe.Checkout.Session, items: readonly Stripe.LineItem[]): string {
  const [first] = items;
  const name = items.length === 1 ? (first?.description ?? '') : `${items.length} items`;
  return session.mode === 'subscription' ? say('Subscribe to {}', name) : say('Pay for {}', name);
}

function trialText(stripe: Backend, session: Stripe.Checkout.Session): string {
  const data = sessionsOf(stripe).hidden(session.id)?.given.subscription_data;
  return data?.trial_period_days === undefined ? 'Free trial' : `${data.trial_period_days} days free`;
}

function hasDiscountOrMore(totals: { amount_discount: number; amount_tax: number; shipping_cost: unknown }): boolean {
  return totals.amount_discount > 0 || totals.amount_tax > 0 || totals.shipping_cost !== null;
}

function discountNames(
  stripe: Backend,
  discounts: readonly { coupon: string; promotion_code: string | null }[],
): Html[] {
  return discounts.map(({ coupon, promotion_code }) => {
    const code =
      promotion_code === null ? undefined : stripe.table<Stripe.PromotionCode>('promotion_code').find(promotion_code);
    const name = code?.code ?? stripe.table<Stripe.Coupon>('coupon').find(coupon)?.name ?? coupon;
    return html`<span class="badge">${name}</span>`;
  });
}

function shippingChoice(stripe: Backend, session: Stripe.Checkout.Session, chosen: string | null): Html {
  return html`<fieldset>
    <legend>${say('Shipping method')}</legend>
    ${session.shipping_options.map((option) => {
      const id = idOf(option.shipping_rate)!;
      const rate = stripe.table<Stripe.ShippingRate>('shipping_rate').find(id);
      return html`<div class="choice">
        <input type="radio" name="shipping" id="shipping-${id}" value="${id}" ${id === chosen && raw(' checked')} />
        <label for="shipping-${id}">${rate?.display_name}</label
        ><span
          >${option.shipping_amount === 0 ? say('Free') : money(option.shipping_amount, session.currency ?? 'usd')}</span
        >
      </div>`;
    })}
  </fieldset>`;
}

function promotionField(isApplied: boolean, problem: string | undefined): Html {
  return html`<div class="field">
    <label for="promotionCode">${say('Add promotion code')}</label>
    <div class="actions">
      <input
        type="text"
        id="promotionCode"
        name="promotionCode"
        placeholder="${say('Add promotion code')}"
        ${problem !== undefined && raw(' aria-invalid="true" aria-describedby="promotionCode-problem"')}
      />
      <button name="action" value="apply">${say('Apply')}</button
      >${isApplied && html`<button name="action" value="remove">${say('Remove code')}</button>`}
    </div>
    ${problem !== undefined && html`<p class="problem" id="promotionCode-problem">${problem}</p>`}
  </div>`;
}
