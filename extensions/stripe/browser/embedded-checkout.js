/** The page of Checkout within a page of the application. */
export class EmbeddedCheckout {
  #url;
  #options;
  #onDestroy;
  #frame;

  constructor(stripe, session, options, onDestroy) {
    this.#url = `${stripe._base}/pay/${session}`;
    this.#options = options;
    this.#onDestroy = onDestroy;
  }

  mount(target) {
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    const frame = document.createElement('iframe');
    frame.src = this.#url;
    frame.name = 'embedded-checkout';
    frame.title = 'Secure checkout frame';
    frame.style.cssText = 'border:0;width:100%;height:1100px;';
    this.#frame = frame;
    addEventListener('message', this.#receive);
    container.replaceChildren(frame);
  }

  unmount() {
    removeEventListener('message', this.#receive);
    if (this.#frame) this.#frame.remove();
    this.#frame = undefined;
  }

  destroy() {
    this.unmount();
    this.#onDestroy();
  }

  #receive = ({ source: from, data }) => {
    if (!this.#frame || from !== this.#frame.contentWindow || !data) return;
    const heard = this.#heard[data.backlot];
    if (heard) heard(data);
  };

  /** What the page says. */
  #heard = {
    'checkout-complete': ({ url }) => {
      const { onComplete } = this.#options;
      if (onComplete) onComplete();
      if (url) location.assign(url);
    },
    'checkout-analytics': ({ event }) => {
      const { onAnalyticsEvent } = this.#options;
      if (onAnalyticsEvent) onAnalyticsEvent({ clientMetadata: {}, ...event });
    },
    /** The server of the application decides whether it sends things there; the page shows what it has made of the session. */
    'checkout-shipping': async ({ event }) => {
      const { onShippingDetailsChange } = this.#options;
      const answer = onShippingDetailsChange ? await onShippingDetailsChange(event) : { type: 'accept' };
      this.#frame.contentWindow.postMessage({ backlot: 'checkout-shipping-answer', answer }, '*');
    },
  };
}
