/** Puts what an element holds into the data of a payment method. */
export function merge(data, type, value) {
  if (type === 'payment') {
    const { billing_details: { address, ...details } = {}, ...method } = value;
    delete method.saves;
    delete method.linkSignUp;
    Object.assign(data, method);
    Object.assign(data.billing_details, details);
    // What an Address Element holds is more than a card asks for.
    if (address) data.billing_details.address = { ...address, ...data.billing_details.address };
    return;
  }
  if (type === 'linkAuthentication' || type === 'contactDetails') {
    data.billing_details.email = value.email;
    return;
  }
  if (type === 'address') {
    if (value.name !== undefined) data.billing_details.name = value.name;
    data.billing_details.address = value.address;
    if (value.phone) data.billing_details.phone = value.phone;
    return;
  }
  // What it holds is not of a payment method: an application asks for it by `getValue`.
  if (type === 'taxId') return;
  if (type === 'iban') {
    data.type = 'sepa_debit';
    data.sepa_debit = { iban: value.iban };
    return;
  }
  if (value.bank !== undefined) {
    const bankType = type.replace(/Bank$/, '');
    Object.assign(data, { type: bankType, [bankType]: { bank: value.bank } });
    return;
  }
  const { postal_code, ...card } = value;
  data.card = { ...data.card, ...card };
  if (postal_code) data.billing_details.address = { ...data.billing_details.address, postal_code };
}
