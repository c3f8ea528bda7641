import { nextFrameName } from './frame-names.js';

/** Shows the page of the bank over everything, until it is done: in two frames, as tests know Stripe's. */
export function challenge(base, intent) {
  const frame = document.createElement('iframe');
  frame.src = `${base}/v3/three-ds-2-challenge.html#${encodeURIComponent(`${base}/authenticate/${intent}?framed=1`)}`;
  frame.name = nextFrameName();
  frame.title = '3D Secure authentication frame';
  frame.style.cssText = 'border:0;width:min(32rem,94vw);height:min(26rem,90vh);background:#fff;border-radius:8px;';
  const overlay = document.createElement('div');
  overlay.style.cssText =
    'position:fixed;inset:0;z-index:2147483647;background:rgba(10,20,30,.5);display:grid;place-items:center;';
  overlay.setAttribute('role', 'dialog');
  overlay.setAttribute('aria-modal', 'true');
  overlay.setAttribute('aria-label', '3D Secure');
  overlay.append(frame);
  document.body.append(overlay);
  return new Promise((resolve) => {
    const receive = (event) => {
      if (event.source !== frame.contentWindow || !event.data || event.data.backlot !== 'action-complete') return;
      removeEventListener('message', receive);
      overlay.remove();
      resolve();
    };
    addEventListener('message', receive);
  });
}
