import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { saleOf, sessionsOf } from '../checkout/session-data';
import { addUp } from '../checkout/totals';
import { ADDRESS_SCRIPT, addressFields } from './address-fields';
import type { Problems } from './card-fields';
import { customField, nameFields, shippingFields, taxFields } from './checkout-fields';
import { SAME_ADDRESS } from './checkout-form';
import { methodFields, methodNeeded } from './checkout-methods';
import { checkoutScript } from './checkout-script';
import { ASKS_OVER_PAGE, challengeOver, FRAMED_SCRIPT, type Challenge } from './challenge-frame';
import { customText } from './custom-text';
import { html, raw, safeUrl, type Html } from './html';
import { say, speaking } from './language';
import { field, page } from './layout';
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
  readonly challenge?: Challenge;
}

/** The page of an open session. */
export function checkoutPage(stripe: Backend, id: string, view: CheckoutView = {}): string {
  const session = sessionsOf(stripe).get(id);
  return speaking(session.locale, () => writePage(stripe, session, view));
}

function writePage(stripe: Backend, session: Stripe.Checkout.Session, view: CheckoutView): string {
  const { branding_settings: branding } = session;
  const business = branding?.display_name ?? businessName(stripe);
  const cancel = safeUrl(session.cancel_url);
  return page({
    title: `${business} · Checkout`,
    look: session.ui_mode === 'hosted_page' ? undefined : 'bare',
    body: html`${session.ui_mode === 'hosted_page' && branding && looks(branding)}
      <main class="two">
        <section class="side" aria-label="${say('Order')}">
          <p>
            ${cancel !== undefined && html`<a href="${cancel}" aria-label="Back to ${business}" data-testid="business-link">←</a> `}<strong
              >${business}</strong
            >
            <span class="badge">Test mode</span>
          </p>
          ${summary(stripe, session.id, view.promotionProblem)}
        </section>
        <section aria-label="${say('Payment')}">
          ${paymentForm(stripe, session, view)}
          <p class="foot">
            Backlot stands in for Stripe here: no money moves. Cards are
            <a href="https://docs.stripe.com/testing">test cards</a>, such as 4242 4242 4242 4242.
          </p>
        </section>
      </main>
      ${view.challenge !== undefined && challengeOver(view.challenge)}`,
    script: html`${ADDRESS_SCRIPT} ${FRAMED_SCRIPT} ${checkoutScript(session, view.error)}`,
  });
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
    ${ASKS_OVER_PAGE}
  >
    <h1>${say(session.mode === 'setup' ? 'Payment details' : 'Pay')}</h1>
    ${view.error !== undefined && html`<div class="error" role="alert" data-testid="payment-error">${say(view.error)}</div>`}
    ${
      email !== null && (session.customer_email !== null || session.customer !== null)
        ? html`<div class="field"><span class="label">${say('Email')}</span><span>${email}</span></div>`
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
            >${customText(session.custom_text.terms_of_service_acceptance?.message ?? 'I agree to the terms of service')}</label
          >
        </div>
        ${problems['terms'] !== undefined && html`<p class="error" role="alert">${problems['terms']}</p>`}`
    }
    ${session.custom_text.submit && html`<p class="small">${customText(session.custom_text.submit.message)}</p>`}
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
    ${session.custom_text.after_submit && html`<p class="small">${customText(session.custom_text.after_submit.message)}</p>`}
  </form>`;
}

/** Whether the bill goes where the goods go: so it is at first, as on Stripe's page. */
function sameAddressChoice({ values }: CheckoutView): Html {
  const isSame = values === undefined || values.has(SAME_ADDRESS);
  return html`<div class="check">
    <input type="checkbox" id="${SAME_ADDRESS}" name="${SAME_ADDRESS}" ${isSame && raw(' checked')} /><label
      for="${SAME_ADDRESS}"
      >${say('Billing info is same as shipping')}</label
    >
  </div>`;
}

function buttonText(stripe: Backend, session: Stripe.Checkout.Session): string {
  if (session.mode === 'setup') return say('Save');
  const sale = saleOf(stripe, session.id)!;
  if (session.mode === 'subscription' && sale.trial === true) return say('Start trial');
  if (session.submit_type === 'subscribe' || session.mode === 'subscription') return say('Subscribe');
  const total = money(addUp(stripe, sale).amount_total, sale.currency);
  if (session.submit_type === 'book') return say('Book {}', total);
  return say(session.submit_type === 'donate' ? 'Donate {}' : 'Pay {}', total);
}
