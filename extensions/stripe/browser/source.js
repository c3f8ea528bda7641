/** Where this script was loaded from, and as which release of Stripe.js: the API is at the same place. */
const source = document.currentScript ? document.currentScript.src : '';

const [, from, release] = /^(.*?)\/(v3|[a-z]+)(?:\/(?:stripe\.js)?)?(?:[?#].*)?$/.exec(source) || [];

export const FROM = from;
/** `Stripe.version`. */
export const VERSION = release && release !== 'v3' ? release : 3;
