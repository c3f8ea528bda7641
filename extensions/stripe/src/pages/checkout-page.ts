import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { saleOf, sessionsOf } from '../checkout/session-data';
import { savedFor } from '../checkout/saved-methods';
import { addUp } from '../checkout/totals';
import { ADDRESS_SCRIPT, addressFields } from './address-fields';
import { bankFields } from './bank-fields';
import { cardFields, methodChoice, type Problems } from './card-fields';
import { AS_BUSINESS, SAME_ADDRESS } from './checkout-form';
import { countries } from './countries';
import { html, inScript, raw, safeUrl, type Html } from './html';
import { field, page, select } from './layout';
import { methodName } from '../payments/method-names';
import { money } from './money';
import { businessName } from '../connect/business-name';
import { summary } from './sale-summary';

export interface CheckoutView {
  /** What was filled in before. */
  readonly values?: URLSearchParams;
  readonly problems?: Problems;
  /** What went wrong, above the form. */
  readonly error?: string | undefined;
  readonly promotionProblem?: string;
  /** The frame with the page of the bank that the buyer has to answer, and where it leads back to. */
  readonly challenge?: { readonly frame: string; readonly back: string };
}

/** The page of an open session. */
export function checkoutPage(stripe: Backend, id: string, view: CheckoutView = {}): string {
  const session = sessionsOf(stripe).get(id);
  const { branding_settings: branding } = session;
  const business = branding?.display_name ?? businessName(stripe);
  const cancel = safeUrl(session.cancel_url);
  return page({
    title: `${business} · Checkout`,
    look: session.ui_mode === 'hosted_page' ? undefined : 'bare',
    body: html`${session.ui_mode === 'hosted_page' && branding && looks(branding)}
      <main class="two">
        <section class="side" aria-label="Order">
          <p>
            ${cancel !== undefined && html`<a href="${cancel}" aria-label="Back to ${business}" data-testid="business-link">←</a> `}<strong
              >${business}</strong
            >
            <span class="badge">Test mode</span>
          </p>
          ${summary(stripe, id, view.promotionProblem)}
        </section>
        <section aria-label="Payment">
          ${paymentForm(stripe, session, view)}
          <p class="foot">
            Backlot stands in for Stripe here: no money moves. Cards are
            <a href="https://docs.stripe.com/testing">test cards</a>, such as 4242 4242 4242 4242.
          </p>
        </section>
      </main>
      ${view.challenge !== undefined && challengeOver(view.challenge)}`,
    script: html`${ADDRESS_SCRIPT} ${raw(SCRIPT)}`,
  });
}

/** The page of the bank over everything, in frames as Stripe's are; when it is done, the session goes on. */
function challengeOver({ frame, back }: NonNullable<CheckoutView['challenge']>): Html {
  return html`<div class="over" role="dialog" aria-modal="true" aria-label="3D Secure">
      <iframe name="__privateStripeFrame1" title="3D Secure authentication frame" src="${frame}"></iframe>
    </div>
    <script>
      addEventListener('message', ({ data }) => {
        if (data && data.backlot === 'action-complete') location.replace(${inScript(back)});
      });
    </script>`;
}

/** The colors and corners that the application chose; the names of the colors were checked. */
function looks({ background_color: background, border_style: border, button_color: button }: Branding): Html {
  return html`<style>
    body {
      background: ${background};
      --radius: ${RADII[border] ?? RADII['rounded']};
      --accent: ${button};
    }
  </style>`;
}

type Branding = Stripe.Checkout.Session.BrandingSettings;

const RADII: Readonly<Record<string, string>> = { pill: '24px', rectangular: '0', rounded: '8px' };

/**
 * Changes what is sold without losing what is typed: sends the form in the background, and takes the summary and the button out
 * of the page that comes back. Groups the digits of cards.
 */
const SCRIPT = `
addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.id === 'payment-form' && !form.elements.framed) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'framed', value: '1' }));
  }
  if (form.id !== 'options-form') { const b = event.submitter; if (b) setTimeout(() => { b.disabled = true; }); return; }
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of ['summary', 'pay']) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) old.replaceWith(fresh);
  }
});
addEventListener('change', (event) => {
  const form = event.target.form;
  if (form && form.id === 'options-form' && event.target.id !== 'promotionCode') form.requestSubmit();
});
addEventListener('input', (event) => {
  const input = event.target;
  if (input.selectionStart !== input.value.length) return;
  if (input.id === 'cardNumber') {
    const digits = input.value.replace(/\\D/g, '').slice(0, 19);
    input.value = /^3[47]/.test(digits)
      ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter(Boolean).join(' ')
      : digits.replace(/(.{4})(?=.)/g, '$1 ');
  }
  if (input.id === 'cardExpiry' && event.inputType !== 'deleteContentBackward')
    input.value = input.value.replace(/[^\\d]/g, '').slice(0, 4).replace(/^(\\d\\d)(?=\\d)/, '$1 / ');
});
addEventListener('pageshow', () => { for (const b of document.querySelectorAll('button:disabled')) b.disabled = false; });
`;

function paymentForm(stripe: Backend, session: Stripe.Checkout.Session, view: CheckoutView): Html {
  const values = view.values ?? new URLSearchParams();
  const problems = view.problems ?? {};
  const needsMethod = methodNeeded(stripe, session);
  const of = (name: string) => ({ name, value: values.get(name), problem: problems[name] });
  const email = session.customer_details?.email ?? null;
  const collectsAddress = session.billing_address_collection === 'required';
  const { consent_collection: consent } = session;
  return html`<form
    method="post"
    action="${stripe.pageUrl(`pay/${session.id}`)}"
    id="payment-form"
    class="PaymentForm-form"
  >
    <h1>${session.mode === 'setup' ? 'Payment details' : 'Pay'}</h1>
    ${view.error !== undefined && html`<div class="error" role="alert" data-testid="payment-error">${view.error}</div>`}
    ${
      email !== null && (session.customer_email !== null || session.customer !== null)
        ? html`<div class="field"><span class="label">Email</span><span>${email}</span></div>`
        : field({
            ...of('email'),
            value: values.get('email') ?? email,
            label: 'Email',
            placeholder: 'email@example.com',
            type: 'email',
            autocomplete: 'email',
          })
    }
    ${session.phone_number_collection?.enabled === true && field({ ...of('phoneNumber'), label: 'Phone number', type: 'tel', autocomplete: 'tel' })}
    ${session.shipping_address_collection && shippingFields(session, values, problems)}
    ${session.shipping_address_collection && needsMethod && sameAddressChoice(view)}
    ${needsMethod && methodFields(stripe, session, values, problems, collectsAddress)}
    ${collectsAddress && html`<div class="billing-address">${addressFields('billing', 'Billing address', values, problems)}</div>`}
    ${nameFields(session, values, problems)}
    ${session.tax_id_collection?.enabled === true && taxFields(session, values, problems)}
    ${session.custom_fields.map((each) => customField(each, values, problems))}
    ${consent?.promotions === 'auto' && html`<div class="check"><input type="checkbox" id="promotionsConsent" name="promotionsConsent" /><label for="promotionsConsent">Send me news and offers</label></div>`}
    ${
      consent?.terms_of_service === 'required' &&
      html`<div class="check">
          <input type="checkbox" id="termsOfServiceConsentCheckbox" name="terms" /><label
            for="termsOfServiceConsentCheckbox"
            >${session.custom_text.terms_of_service_acceptance?.message ?? 'I agree to the terms of service'}</label
          >
        </div>
        ${problems['terms'] !== undefined && html`<p class="error" role="alert">${problems['terms']}</p>`}`
    }
    ${session.custom_text.submit && html`<p class="small">${session.custom_text.submit.message}</p>`}
    <button
      type="submit"
      class="primary wide SubmitButton SubmitButton--complete"
      id="pay"
      name="action"
      value="pay"
      data-testid="hosted-payment-submit-button"
    >
      <span class="SubmitButton-IconContainer"
        ><span class="SubmitButton-Text">${buttonText(stripe, session)}</span></span
      >
    </button>
    ${session.custom_text.after_submit && html`<p class="small">${session.custom_text.after_submit.message}</p>`}
  </form>`;
}

/** Whether the bill goes where the goods go: so it is at first, as on Stripe's page. */
function sameAddressChoice({ values }: CheckoutView): Html {
  const isSame = values === undefined || values.has(SAME_ADDRESS);
  return html`<div class="check">
    <input type="checkbox" id="${SAME_ADDRESS}" name="${SAME_ADDRESS}" ${isSame && raw(' checked')} /><label
      for="${SAME_ADDRESS}"
      >Billing info is same as shipping</label
    >
  </div>`;
}

/** Whether the buyer has to give a payment method: not where nothing is due, now or later. */
export function methodNeeded(stripe: Backend, session: Stripe.Checkout.Session): boolean {
  if (session.mode === 'setup') return true;
  if (session.payment_method_collection === 'always' && session.mode === 'subscription') return true;
  return addUp(stripe, saleOf(stripe, session.id)!).amount_total > 0;
}

function buttonText(stripe: Backend, session: Stripe.Checkout.Session): string {
  if (session.mode === 'setup') return 'Save';
  const sale = saleOf(stripe, session.id)!;
  if (session.mode === 'subscription' && sale.trial === true) return 'Start trial';
  if (session.submit_type === 'subscribe' || session.mode === 'subscription') return 'Subscribe';
  const total = money(addUp(stripe, sale).amount_total, sale.currency);
  if (session.submit_type === 'book') return `Book ${total}`;
  return session.submit_type === 'donate' ? `Donate ${total}` : `Pay ${total}`;
}

function methodFields(
  stripe: Backend,
  session: Stripe.Checkout.Session,
  values: URLSearchParams,
  problems: Problems,
  collectsAddress: boolean,
): Html {
  const saved = savedFor(stripe, session);
  const types = session.payment_method_types.filter((type) => type !== 'link');
  const hasCard = types.includes('card');
  const others = types.filter((type) => type !== 'card');
  const isChoice = saved.length > 0 || others.length > 0;
  const chosen = values.get('method') ?? saved[0]?.id ?? (hasCard ? 'card' : others[0]);
  const radio = methodChoice(chosen);
  const offersToSave =
    session.customer !== null &&
    session.mode === 'payment' &&
    session.saved_payment_method_options?.payment_method_save === 'enabled';
  return html`${
    isChoice &&
    html`<fieldset>
      <legend>Payment method</legend>
      ${saved.map((method) => radio(method.id, `method-${method.id}`, describeMethod(method)))}
      ${hasCard && radio('card', 'method-new', saved.length > 0 ? 'New card' : 'Card', 'card')}
      ${others.map((type) => radio(type, `method-${type}`, methodName(type), type))}
    </fieldset>`
  }
  ${
    hasCard &&
    html`<div class="new-card">
      ${cardFields(values, problems, { address: collectsAddress })}
      ${offersToSave && html`<div class="check"><input type="checkbox" id="savePaymentMethod" name="save" /><label for="savePaymentMethod">Save this card for later payments</label></div>`}
    </div>`
  }
  ${others.map(
    (type) =>
      html`<style>
          body:not(:has(#method-${type}:checked)) .bank-${type} {
            display: none;
          }
        </style>
        <div class="bank-${type}">${bankFields(type, values, problems)}</div>`,
  )}
  ${!hasCard && field({ name: 'billingName', label: 'Full name', value: values.get('billingName'), autocomplete: 'name' })}`;
}

/** A payment method as people know it: `Visa •••• 4242`. */
export function describeMethod(method: Stripe.PaymentMethod): string {
  const { card } = method;
  if (!card) return methodName(method.type);
  return `${card.brand.charAt(0).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}`;
}

function shippingFields(session: Stripe.Checkout.Session, values: URLSearchParams, problems: Problems): Html {
  const allowed = session.shipping_address_collection!.allowed_countries as readonly string[];
  return html`${session.custom_text.shipping_address && html`<p class="small">${session.custom_text.shipping_address.message}</p>`}
  ${addressFields('shipping', 'Shipping address', values, problems, countries(allowed))}`;
}

/** The names that the session collects. */
function nameFields(
  { name_collection: names }: Stripe.Checkout.Session,
  values: URLSearchParams,
  problems: Problems,
): Html {
  const asked = (name: string, label: string, wish: { enabled: boolean; optional: boolean } | undefined) =>
    wish?.enabled === true &&
    field({
      name,
      label: `${label}${wish.optional ? ' (optional)' : ''}`,
      value: values.get(name),
      problem: problems[name],
    });
  return html`${asked('businessName', 'Business name', names?.business)}
  ${asked('individualName', 'Your name', names?.individual)}`;
}

function taxFields(session: Stripe.Checkout.Session, values: URLSearchParams, problems: Problems): Html {
  const isOpen = values.has(AS_BUSINESS) || problems['taxId'] !== undefined || problems['businessName'] !== undefined;
  return html`<div class="check">
      <input type="checkbox" id="${AS_BUSINESS}" name="${AS_BUSINESS}" ${isOpen && raw(' checked')} /><label
        for="${AS_BUSINESS}"
        >I'm purchasing as a business</label
      >
    </div>
    <fieldset class="business">
      <legend>Business details</legend>
      ${session.name_collection?.business?.enabled !== true && field({ name: 'businessName', label: 'Business name', value: values.get('businessName'), problem: problems['businessName'] })}
      ${taxIdFields(values, problems)}
    </fieldset>`;
}

/** The fields of a tax ID. */
export function taxIdFields(values: URLSearchParams, problems: Problems): Html {
  return html`<div class="pair">
    ${select({ name: 'taxIdType', label: 'Tax ID type', value: values.get('taxIdType') }, [
      ['eu_vat', 'EU VAT'],
      ['gb_vat', 'GB VAT'],
      ['us_ein', 'US EIN'],
      ['ca_bn', 'CA BN'],
      ['au_abn', 'AU ABN'],
      ['ch_vat', 'CH VAT'],
    ])}
    ${field({ name: 'taxId', label: 'Tax ID', value: values.get('taxId'), problem: problems['taxId'] })}
  </div>`;
}

function customField(each: Stripe.Checkout.Session.CustomField, values: URLSearchParams, problems: Problems): Html {
  const name = `custom-${each.key}`;
  const label = `${each.label.custom ?? each.key}${each.optional ? ' (optional)' : ''}`;
  const value = values.get(name);
  if (each.dropdown) {
    return select({ name, label, value: value ?? each.dropdown.default_value }, [
      ['', 'Select'],
      ...each.dropdown.options.map((option) => [option.value, option.label] as const),
    ]);
  }
  const options = each.numeric ?? each.text;
  return field({
    name,
    label,
    value: value ?? options?.default_value,
    problem: problems[name],
    ...(each.numeric && { inputmode: 'numeric' as const }),
    ...(options?.maximum_length !== null &&
      options?.maximum_length !== undefined && { maxlength: options.maximum_length }),
  });
}
