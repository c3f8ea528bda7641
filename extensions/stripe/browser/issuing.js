/** Cards of Issuing on the page of their holder: https://docs.stripe.com/issuing/elements */

/** The halves of a nonce that stay on the page, by those that the server of the application is told. */
const privateNonces = new Map();

export async function createEphemeralKeyNonce(stripe) {
  const answer = await stripe._api.post('/v1/ephemeral_key_nonces');
  if (answer.error) return { error: answer.error };
  privateNonces.set(answer.public_nonce, answer.private_nonce);
  return { nonce: answer.public_nonce };
}

/** What is on a card, for whom the server has given an ephemeral key. */
export function revealCard(stripe, { issuingCard, ephemeralKeySecret, nonce }) {
  return stripe._api.get(`/v1/issuing_elements/cards/${issuingCard}`, {
    ephemeral_key_secret: ephemeralKeySecret,
    private_nonce: privateNonces.get(nonce),
  });
}
