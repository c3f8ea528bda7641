/** The page of Checkout within a page of the application. */
export class EmbeddedCheckout {
  #url;
  #onComplete;
  #frame;

  #onDestroy;

  constructor(url, onComplete, onDestroy) {
    this.#url = url;
    this.#onComplete = onComplete;
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
    if (!this.#frame || from !== this.#frame.contentWindow || !data || data.backlot !== 'checkout-complete') return;
    if (this.#onComplete) this.#onComplete();
    if (data.url) location.assign(data.url);
  };
}
