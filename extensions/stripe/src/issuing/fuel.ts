/** What an authorization says of a fleet and of fuel, where nothing is known. */
export const NO_FLEET = {
  cardholder_prompt_data: null,
  purchase_type: null,
  reported_breakdown: null,
  service_type: null,
};
export const NO_FUEL = {
  industry_product_code: null,
  quantity_decimal: null,
  type: null,
  unit: null,
  unit_cost_decimal: null,
};
