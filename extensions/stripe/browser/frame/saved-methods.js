/** What a buyer has paid with before: of the customer whom the application names, or of their Link. */
import { choiceButton, showChosen } from './choices.js';
import { make } from './dom.js';
import { nameOf } from './method-names.js';
import { say, send } from './settings.js';

const NEW = 'new';

/** `whenChosen` is called when another one is. */
export function savedMethods(whenChosen) {
  const content = make('div', { class: 'tabs accordion', hidden: true, 'aria-label': say('Saved') });
  let methods = [];
  let features = {};
  let chosen;

  const show = () => {
    content.hidden = methods.length === 0;
    content.replaceChildren(...methods.map(row), newRow());
    showChosen(content.querySelectorAll('button.Tab'), chosen === undefined ? NEW : chosen);
  };
  const choose = (id) => {
    chosen = id;
    show();
    whenChosen();
  };
  const row = (method) => {
    const button = choiceButton(
      describe(method),
      { id: `saved-${method.id}`, value: method.id, 'data-saved': '' },
      () => choose(method.id),
    );
    if (method.isOfLink || features.payment_method_remove !== 'enabled') return button;
    const remove = make('button', {
      type: 'button',
      class: 'remove',
      'aria-label': `${say('Remove')} ${describe(method)}`,
    });
    remove.append(say('Remove'));
    remove.addEventListener('click', () => askToRemove(method, remove));
    return make('div', { class: 'saved' }, button, remove);
  };
  const newRow = () =>
    choiceButton(say('New payment method'), { id: 'saved-new', value: NEW, 'data-saved': '' }, () => choose(undefined));

  /** Asks once more in the place of the button; the page around does it, and tells what became of it. */
  const askToRemove = (method, button) => {
    const yes = make('button', { type: 'button', class: 'remove' }, say('Remove payment method'));
    const no = make('button', { type: 'button', class: 'remove' }, say('Cancel'));
    const question = make('span', { role: 'alertdialog', 'aria-label': say('Remove payment method') }, yes, no);
    yes.addEventListener('click', () => send('remove', { method }));
    no.addEventListener('click', show);
    button.replaceWith(question);
  };

  return {
    content,
    /** The one that is chosen; undefined where a new one is filled in. */
    get method() {
      return methods.find(({ id }) => id === chosen);
    },
    get features() {
      return features;
    },
    takes({ payment_methods: found, features: allowed }) {
      features = allowed || features;
      methods = found;
      chosen = methods.length > 0 ? methods[0].id : undefined;
      show();
      whenChosen();
    },
    /** What is gone. */
    removed(id) {
      methods = methods.filter((each) => each.id !== id);
      if (chosen === id) chosen = methods.length > 0 ? methods[0].id : undefined;
      show();
      whenChosen();
    },
  };
}

/** As people know it. */
function describe({ type, card, isOfLink }) {
  const name = card ? `${card.brand.charAt(0).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}` : nameOf(type);
  return isOfLink ? `Link: ${name}` : name;
}
