import type Stripe from 'stripe';
import { mergeMetadata } from '../kernel/metadata';

type Given = Stripe.Checkout.SessionCreateParams.InvoiceCreation | Stripe.PaymentLinkCreateParams.InvoiceCreation;

/** What a session, or a payment link, says of the invoice that a payment gets, out of what a client gave of it. */
export function invoiceCreationOf(given: Given | undefined): object {
  const data = given?.invoice_data;
  return {
    enabled: given?.enabled ?? false,
    invoice_data: {
      account_tax_ids: data?.account_tax_ids || null,
      custom_fields: data?.custom_fields || null,
      description: data?.description ?? null,
      footer: data?.footer ?? null,
      issuer: data?.issuer ?? null,
      metadata: mergeMetadata(undefined, data?.metadata ?? undefined),
      rendering_options: data?.rendering_options || null,
    },
  };
}
