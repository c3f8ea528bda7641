/** How the fields look: as the application wants it. https://docs.stripe.com/elements/appearance-api */
import { make } from './dom.js';

const NIGHT = { colorText: '#f5f5f5', colorBackground: '#30313d', colorDanger: '#fe87a1', colorPrimary: '#0085ff' };

/** Colors and the like. */
export function applyAppearance({ theme, variables = {}, rules = {} }) {
  const all = { ...(theme === 'night' && NIGHT), ...variables };
  for (const [name, value] of Object.entries(all)) document.documentElement.style.setProperty(`--${name}`, value);
  writeStyle(
    'appearance',
    Object.entries(rules).filter(([selector]) => selector.startsWith('.')),
  );
}

/** The style of a Card Element and its parts, by the state that the field is in. */
export function applyStyle({ base = {}, invalid = {}, complete = {} }) {
  const states = {
    '.line input': base,
    '.line input[aria-invalid="true"]': invalid,
    '.line input[aria-invalid="false"]:not(:placeholder-shown)': complete,
    '.line output': base,
  };
  writeStyle(
    'style',
    Object.entries(states).flatMap(([selector, declarations]) => [
      [selector, declarations],
      ...Object.entries(declarations)
        .filter(([name]) => name.startsWith(':'))
        .map(([name, more]) => [selector + name, more]),
    ]),
  );
}

function writeStyle(id, rules) {
  const sheet = document.getElementById(id) || document.head.appendChild(make('style', { id }));
  const inCss = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  sheet.textContent = rules
    .map(([selector, declarations]) => {
      const lines = Object.entries(declarations).filter(([, value]) => typeof value !== 'object');
      // What the application says comes before what stands here.
      return `:root:root:root ${selector} { ${lines.map(([name, value]) => `${inCss(name)}: ${value};`).join(' ')} }`;
    })
    .join('\n');
}
