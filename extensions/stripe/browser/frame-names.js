let frames = 0;

/** What the next frame is called, as tests look for those of Stripe. */
export function nextFrameName() {
  return `__privateStripeFrame${(frames += 1)}`;
}
