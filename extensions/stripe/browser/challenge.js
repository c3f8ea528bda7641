import { dialog } from './dialog.js';

/** Shows the page of the bank over everything, until it is done: in two frames, as tests know Stripe's. */
export function challenge(base, intent) {
  return dialog({
    url: `${base}/v3/three-ds-2-challenge.html#${encodeURIComponent(`${base}/authenticate/${intent}?framed=1`)}`,
    title: '3D Secure authentication frame',
    done: 'action-complete',
  });
}
