import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';

/** What is never taxed. */
export const NONTAXABLE = 'txcd_00000000';
/** What things are when nobody says: services that are delivered electronically. */
export const GENERAL = 'txcd_10000000';
export const SHIPPING = 'txcd_92010001';

/** The most used of https://docs.stripe.com/tax/tax-codes, in the order in which they are listed. */
const CODES: readonly (readonly [id: string, name: string, description: string])[] = [
  [NONTAXABLE, 'Nontaxable', 'Any nontaxable good or service.'],
  [
    GENERAL,
    'General - Electronically Supplied Services',
    'Services delivered over the internet with little human help.',
  ],
  ['txcd_10010001', 'Infrastructure as a service (IaaS) - personal use', 'Computing resources rented by a person.'],
  ['txcd_10010002', 'Infrastructure as a service (IaaS) - business use', 'Computing resources rented by a business.'],
  ['txcd_10101000', 'Platform as a service (PaaS) - personal use', 'A platform for applications, for a person.'],
  ['txcd_10102001', 'Website hosting', 'The hosting of websites on servers of the seller.'],
  ['txcd_10103000', 'Software as a service (SaaS) - personal use', 'Hosted software that a person uses.'],
  ['txcd_10103001', 'Software as a service (SaaS) - business use', 'Hosted software that a business uses.'],
  ['txcd_10201000', 'Video games - downloaded - non subscription - permanent rights', 'Games to download and to keep.'],
  ['txcd_10202000', 'Downloadable software - personal use', 'Software that a person downloads.'],
  ['txcd_10202003', 'Downloadable software - business use', 'Software that a business downloads.'],
  ['txcd_10301000', 'Audio books - downloaded - non subscription - permanent rights', 'Spoken books to download.'],
  ['txcd_10302000', 'Digital books - downloaded - non subscription - permanent rights', 'Books to download.'],
  ['txcd_10401000', 'Digital audio works - downloaded - non subscription - permanent rights', 'Music to download.'],
  ['txcd_10402000', 'Digital audiovisual works - downloaded - permanent rights', 'Films to download.'],
  ['txcd_10501000', 'Digital photographs and images - downloaded - permanent rights', 'Pictures to download.'],
  ['txcd_20030000', 'General - Services', 'Services of any kind that are not delivered electronically.'],
  ['txcd_20060052', 'Training services - self-study web-based', 'Courses that are recorded.'],
  ['txcd_20090028', 'Cloud-based business process as a service', 'Business processes that run in the cloud.'],
  ['txcd_30011000', 'Clothing and footwear', 'What people wear, for general use.'],
  ['txcd_30070000', 'Health and personal care', 'Goods for health and care.'],
  ['txcd_31020000', 'Furniture', 'Furniture for homes and offices.'],
  ['txcd_34021000', 'Computers', 'Computers and their parts.'],
  ['txcd_35010000', 'Books', 'Printed books.'],
  ['txcd_40060003', 'Food for immediate consumption', 'Food that is ready to eat.'],
  ['txcd_92010001', 'Shipping', 'The shipping of tangible goods.'],
  ['txcd_99999999', 'General - Tangible Goods', 'Any physical good.'],
];

/** https://docs.stripe.com/api/tax_codes */
export const taxCodes: DefineModule = () => {
  const all = CODES.map(([id, name, description]): Stripe.TaxCode => {
    return { id, object: 'tax_code', description, name, requirements: null };
  });
  return {
    operations: {
      'GET /v1/tax_codes': ({ params, url }) => pageOf(all, url, params),
      'GET /v1/tax_codes/{id}': ({ path: { id } }) => {
        const found = all.find((code) => code.id === id);
        if (found === undefined) throw resourceMissing('tax code', id!);
        return found;
      },
    },
  };
};

/** Throws for what is no tax code by its form: the list above is not whole. */
export function checkTaxCode(code: string, param: string): void {
  if (!/^txcd_\d{8}$/.test(code)) throw resourceMissing('tax code', code, param);
}
