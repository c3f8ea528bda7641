/** What the page around the frame has said of its element, behind the # of the address, and how it is told things. */
import { translator } from './texts.js';

export const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}');

/** What the application wants of the element; it may be changed. */
export const options = settings.options || {};

export const say = translator(settings.locale);

/** Countries, states and payment methods as the pages know them. */
export const { known } = window;

export function send(event, more = {}) {
  parent.postMessage({ backlot: 'element', id: settings.id, event, ...more }, '*');
}
