import { nextFrameName } from './frame-names.js';

/**
 * Shows a page over everything, in a frame. Gives a promise of the message with which it says that it is done: `{ backlot: done }`; it is
 * undefined where the buyer closes the dialog, which they may where `mayClose`.
 */
export function dialog({ url, title, done, mayClose = false, attributes = {} }) {
  const frame = document.createElement('iframe');
  frame.src = url;
  frame.name = nextFrameName();
  frame.title = title;
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  frame.style.cssText = 'border:0;width:min(32rem,94vw);height:min(26rem,90vh);background:#fff;border-radius:8px;';
  const overlay = document.createElement('div');
  overlay.style.cssText =
    'position:fixed;inset:0;z-index:2147483647;background:rgba(10,20,30,.5);display:grid;place-items:center;';
  overlay.setAttribute('role', 'dialog');
  overlay.setAttribute('aria-modal', 'true');
  overlay.setAttribute('aria-label', title);
  overlay.append(frame);
  return new Promise((resolve) => {
    const close = (message) => {
      removeEventListener('message', receive);
      overlay.remove();
      resolve(message);
    };
    const receive = ({ source, data }) => {
      if (source === frame.contentWindow && data && data.backlot === done) close(data);
    };
    addEventListener('message', receive);
    if (mayClose) {
      const button = document.createElement('button');
      button.textContent = '×';
      button.setAttribute('aria-label', 'Close');
      button.style.cssText = 'position:absolute;top:16px;right:16px;font-size:24px;';
      button.addEventListener('click', () => close(undefined));
      overlay.append(button);
    }
    document.body.append(overlay);
  });
}
