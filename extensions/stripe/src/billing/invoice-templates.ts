import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';

type Template = Stripe.InvoiceRenderingTemplate;
type Rendering = Stripe.Invoice['rendering'];
type GivenRendering = Stripe.InvoiceCreateParams['rendering'] | Rendering;

const KIND = 'invoice_rendering_template';

/** Where pages are not of the size A4. */
const LETTER = new Set(['CA', 'MX', 'US']);

/**
 * Templates are made in the Dashboard, which there is none of: each account has one.
 * https://docs.stripe.com/api/invoice-rendering-template
 */
export const invoiceTemplates: DefineModule = (stripe) => {
  const table = stripe.table<Template>(KIND);
  const kept = (id: string): Template => {
    const usual = usualTemplate(stripe);
    if (id === usual.id && !table.has(id)) table.insert(usual);
    return table.get(id);
  };
  const switchTo = (id: string, status: 'active' | 'archived'): Template => {
    if (kept(id).status === status) throw invalidRequest(`The template is already ${status}.`);
    return table.update(id, { status });
  };
  return {
    operations: {
      'GET /v1/invoice_rendering_templates': ({ params, url }) => {
        kept(usualTemplate(stripe).id);
        const { status } = params as Stripe.InvoiceRenderingTemplateListParams;
        return table.page(url, params, { where: (each) => status === undefined || each.status === status });
      },
      'GET /v1/invoice_rendering_templates/{id}': ({ path, params }) => {
        const { version } = params as Stripe.InvoiceRenderingTemplateRetrieveParams;
        const template = kept(path['id']!);
        if (version === undefined || version === template.version) return template;
        throw invalidRequest(`The template ${template.id} has no version ${version}.`, { param: 'version' });
      },
      'POST /v1/invoice_rendering_templates/{id}/archive': ({ path }) => switchTo(path['id']!, 'archived'),
      'POST /v1/invoice_rendering_templates/{id}/unarchive': ({ path }) => switchTo(path['id']!, 'active'),
    },
  };
};

/** How an invoice looks: as is given, or as its customer has it. Throws where the template that is given cannot be used. */
export function renderingOf(
  stripe: Backend,
  given: GivenRendering | undefined,
  customer?: Stripe.Customer.InvoiceSettings.RenderingOptions | null,
): Rendering {
  if (!given && !customer) return null;
  const template = given?.template ?? customer?.template ?? null;
  if (given?.template) checkTemplate(stripe, given.template, given.template_version);
  const version = template === null ? null : (stripe.table<Template>(KIND).find(template)?.version ?? 1);
  return {
    amount_tax_display: (given?.amount_tax_display ?? customer?.amount_tax_display) || null,
    pdf: given?.pdf ? { page_size: given.pdf.page_size ?? 'auto' } : null,
    template,
    template_version: version,
  };
}

/** How an invoice looks once it is final: pages of a size that was left open are as large as they are where it is from. */
export function finalRendering({ rendering, account_country: country }: Stripe.Invoice): Rendering {
  if (rendering?.pdf?.page_size !== 'auto') return rendering;
  return { ...rendering, pdf: { page_size: country !== null && LETTER.has(country) ? 'letter' : 'a4' } };
}

function checkTemplate(stripe: Backend, id: string, version: number | '' | null | undefined): void {
  const usual = usualTemplate(stripe);
  const found = id === usual.id ? usual : undefined;
  if (!found) throw resourceMissing(KIND, id, 'rendering[template]');
  if (found.status === 'archived') {
    throw invalidRequest(`The template ${id} is archived.`, { param: 'rendering[template]' });
  }
  if (version && version !== found.version) {
    throw invalidRequest(`The template ${id} has no version ${version}.`, { param: 'rendering[template_version]' });
  }
}

function usualTemplate(stripe: Backend): Template {
  const { account } = stripe;
  const id = account === PLATFORM_ACCOUNT ? 'inrtem_1BacklotDefault' : `inrtem_1${account.slice('acct_'.length)}`;
  const kept = stripe.table<Template>(KIND).find(id);
  if (kept) return kept;
  const about = { id, created: stripe.now(), nickname: 'Standard', status: 'active', version: 1 };
  return { ...blank(KIND), ...about } as unknown as Template;
}
