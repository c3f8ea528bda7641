/** The fields within the frame of an element. What it is comes behind the # of the address; it talks to the page around it. */
(() => {
  const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}');
  const { type, options = {} } = settings;
  const say = window.translator(settings.locale);
  const { known } = window;

  const send = (event, more = {}) => parent.postMessage({ backlot: 'element', id: settings.id, event, ...more }, '*');

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((each) => each !== undefined));
    return element;
  }

  const { CHECKS, brandOf, codeLength, expiryOf } = window.checks;

  const fields = new Map();

  /** A field. `kind` is what its value has to be. */
  function input(name, kind, attributes) {
    const element = make('input', { name, id: `Field-${name}Input`, type: 'text', spellcheck: 'false', ...attributes });
    if (element.placeholder) element.placeholder = say(element.placeholder);
    const { format } = CHECKS[kind];
    element.addEventListener('input', (event) => {
      const atEnd = element.selectionStart === element.value.length;
      if (format && atEnd && event.inputType !== 'deleteContentBackward') element.value = format(element.value);
      // What can no longer become right is said at once, what is still missing when the field is left.
      const problem = problemOf(name);
      if (problem && problem[0].startsWith('invalid_')) mark(name);
      else unmark(name);
      changed();
      const next = problem === undefined && event.inputType === 'insertText' ? nextOf(element) : undefined;
      if (next && settings.type === 'card' && isFull(kind, element.value)) next.focus();
    });
    element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') send('escape');
    });
    element.addEventListener('focus', () => send('focus'));
    element.addEventListener('blur', () => {
      send('blur');
      if (element.value) mark(name);
      changed();
    });
    fields.set(name, { element, kind });
    return element;
  }

  /** Whether nothing more can be typed into a field, so that the next one is at hand. */
  function isFull(kind, text) {
    if (kind === 'number') return text.replace(/\D/g, '').length >= 15;
    return kind === 'expiry' || (kind === 'cvc' && text.length === codeLength(cardNumber()));
  }

  const cardNumber = () => (value('cardnumber') || value('number')).replace(/\D/g, '');

  function nextOf(element) {
    const all = [...document.querySelectorAll('input, select')];
    return all[all.indexOf(element) + 1];
  }

  function problemOf(name) {
    const { element, kind } = fields.get(name);
    const problem = element.closest('[hidden]') ? undefined : CHECKS[kind].check(element.value, cardNumber());
    return problem && [problem[0], say(problem[1])];
  }

  /** Shows what is wrong with a field. */
  function mark(name) {
    const { element } = fields.get(name);
    const problem = problemOf(name);
    element.setAttribute('aria-invalid', String(problem !== undefined));
    const text = document.getElementById(`${element.id}-problem`);
    if (text) text.textContent = problem ? problem[1] : '';
  }

  function unmark(name) {
    const { element } = fields.get(name);
    element.setAttribute('aria-invalid', 'false');
    const text = document.getElementById(`${element.id}-problem`);
    if (text) text.textContent = '';
  }

  function labelled(text, element, wide = false) {
    element.classList.add('Input');
    return make(
      'div',
      { class: wide ? 'wide' : false },
      make('label', { for: element.id, class: 'Label' }, say(text)),
      element,
      make('p', { class: 'problem Error', id: `${element.id}-problem`, 'aria-live': 'polite' }),
    );
  }

  const value = (name) => (fields.has(name) ? fields.get(name).element.value.trim() : '');

  /** The fields of an element, and what their values mean. */
  const KINDS = {
    card: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('cardnumber', 'number', {
          'data-elements-stable-field-name': 'cardNumber',
          class: 'grow',
          placeholder: 'Card number',
          'aria-label': 'Credit or debit card number',
          autocomplete: 'cc-number',
          inputmode: 'numeric',
        }),
        input('exp-date', 'expiry', {
          'data-elements-stable-field-name': 'cardExpiry',
          class: 'short',
          placeholder: 'MM / YY',
          'aria-label': 'Credit or debit card expiration date',
          autocomplete: 'cc-exp',
          inputmode: 'numeric',
        }),
        input('cvc', 'cvc', {
          'data-elements-stable-field-name': 'cardCvc',
          class: 'short',
          placeholder: 'CVC',
          'aria-label': 'Credit or debit card CVC/CVV',
          autocomplete: 'cc-csc',
          inputmode: 'numeric',
        }),
        options.hidePostalCode
          ? undefined
          : input('postal', 'postal', {
              'data-elements-stable-field-name': 'postalCode',
              class: 'short',
              placeholder: 'ZIP',
              'aria-label': 'ZIP',
              autocomplete: 'postal-code',
              value: options.value && options.value.postalCode,
            }),
      ),
      read: () => ({
        ...cardOf('cardnumber', 'exp-date', 'cvc'),
        ...(value('postal') && { postal_code: value('postal') }),
      }),
    }),
    cardNumber: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('cardnumber', 'number', {
          'data-elements-stable-field-name': 'cardNumber',
          class: 'grow',
          placeholder: options.placeholder || '1234 1234 1234 1234',
          'aria-label': 'Credit or debit card number',
          autocomplete: 'cc-number',
          inputmode: 'numeric',
        }),
      ),
      read: () => ({ number: digits('cardnumber') }),
    }),
    cardExpiry: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('exp-date', 'expiry', {
          'data-elements-stable-field-name': 'cardExpiry',
          class: 'grow',
          placeholder: options.placeholder || 'MM / YY',
          'aria-label': 'Credit or debit card expiration date',
          autocomplete: 'cc-exp',
          inputmode: 'numeric',
        }),
      ),
      read: () => ({ exp_month: expiryOf(value('exp-date'))[0], exp_year: expiryOf(value('exp-date'))[1] }),
    }),
    cardCvc: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('cvc', 'cvc', {
          'data-elements-stable-field-name': 'cardCvc',
          class: 'grow',
          placeholder: options.placeholder || 'CVC',
          'aria-label': 'Credit or debit card CVC/CVV',
          autocomplete: 'cc-csc',
          inputmode: 'numeric',
        }),
      ),
      read: () => ({ cvc: value('cvc') }),
    }),
    iban: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('iban', 'iban', { class: 'grow', placeholder: 'DE00 0000 0000 0000 0000 00', 'aria-label': 'IBAN' }),
      ),
      read: () => ({ iban: value('iban').replace(/\s/g, '') }),
    }),
    auBankAccount: () => ({
      content: make(
        'div',
        { class: 'line' },
        input('bsb', 'bsb', { class: 'short', placeholder: 'BSB', 'aria-label': 'BSB', inputmode: 'numeric' }),
        input('accountNumber', 'account', {
          class: 'grow',
          placeholder: 'Account number',
          'aria-label': 'Account number',
          inputmode: 'numeric',
        }),
      ),
      read: () => ({ bsb_number: value('bsb').replace(/\D/g, ''), account_number: value('accountNumber') }),
    }),
    linkAuthentication: emailOnly,
    contactDetails: emailOnly,
    address: () => {
      const { display = {}, fields: shown = {}, validation = {} } = options;
      const phoneKind = validation.phone && validation.phone.required === 'always' ? 'required' : 'optional';
      const isSplit = display.name === 'split';
      const chosen = country(place().country, options.allowedCountries);
      const city = labelled('City', part('locality', 'required', 'address-level2', place().city));
      const content = make(
        'div',
        { class: 'form' },
        isSplit
          ? labelled('First name', part('firstName', 'required', 'given-name', given().firstName))
          : labelled(
              display.name === 'organization' ? 'Organization' : 'Full name',
              part('name', 'required', 'name', given().name),
              true,
            ),
        isSplit ? labelled('Last name', part('lastName', 'required', 'family-name', given().lastName)) : undefined,
        labelled('Country or region', chosen, true),
        labelled('Address line 1', part('addressLine1', 'required', 'address-line1', place().line1), true),
        labelled('Address line 2', part('addressLine2', 'optional', 'address-line2', place().line2), true),
        city,
        labelled('ZIP code', part('postalCode', 'postal', 'postal-code', place().postal_code)),
        shown.phone === 'always' || (shown.phone === 'auto' && phoneKind === 'required')
          ? labelled(
              'Phone number',
              input('phone', phoneKind, { type: 'tel', autocomplete: 'tel', value: given().phone }),
            )
          : undefined,
      );
      let state;
      // A state is chosen where those of the country are known, and not asked for where it has none.
      const follow = () => {
        if (state) state.remove();
        fields.delete('administrativeArea');
        state = stateOf(chosen.value);
        if (state) city.after(state);
        relabel('postalCode', postalLabel(chosen.value, 'ZIP code'));
      };
      chosen.addEventListener('change', () => {
        follow();
        changed();
      });
      follow();
      return {
        content,
        read: () => ({
          name: isSplit ? `${value('firstName')} ${value('lastName')}`.trim() : value('name'),
          ...(isSplit && { firstName: value('firstName'), lastName: value('lastName') }),
          address: {
            line1: value('addressLine1'),
            line2: value('addressLine2') || null,
            city: value('locality'),
            state: value('administrativeArea'),
            postal_code: value('postalCode'),
            country: value('country'),
          },
          ...(fields.has('phone') && { phone: value('phone') }),
        }),
      };
    },
    payment: () => {
      const defaults = (options.defaultValues && options.defaultValues.billingDetails) || {};
      const { billingDetails } = options.fields || {};
      const address = billingDetails && billingDetails.address;
      const shows = (name) =>
        billingDetails !== 'never' && address !== 'never' && !(address && address[name] === 'never');
      const cardCountry = shows('country') ? country(defaults.address && defaults.address.country) : undefined;
      const save = make('input', { type: 'checkbox', name: 'saveForFutureUse', id: 'Field-saveForFutureUseInput' });
      const saving = make(
        'p',
        { class: 'wide check', hidden: true },
        save,
        make('label', { for: save.id }, say('Save payment details for future purchases')),
      );
      const card = make(
        'div',
        { class: 'form' },
        labelled(
          'Card number',
          input('number', 'number', {
            placeholder: '1234 1234 1234 1234',
            autocomplete: 'cc-number',
            inputmode: 'numeric',
          }),
          true,
        ),
        labelled(
          'Expiration date',
          input('expiry', 'expiry', {
            placeholder: 'MM / YY',
            // Its name for assistive technology says what is expected, as Stripe's does.
            'aria-label': `${say('Expiration date')} ${say('MM / YY')}`,
            autocomplete: 'cc-exp',
            inputmode: 'numeric',
          }),
        ),
        labelled(
          'Security code',
          input('cvc', 'cvc', { placeholder: 'CVC', autocomplete: 'cc-csc', inputmode: 'numeric' }),
        ),
        shows('country') ? labelled('Country', cardCountry) : undefined,
        shows('postalCode')
          ? labelled(
              'ZIP code',
              input('postalCode', 'postal', {
                placeholder: '12345',
                autocomplete: 'postal-code',
                value: defaults.address && defaults.address.postal_code,
              }),
            )
          : undefined,
      );
      const away = make('p', { hidden: true }, 'After you submit, you are sent on to complete the next steps.');
      const iban = make(
        'div',
        { class: 'form', hidden: true },
        labelled('IBAN', input('iban', 'iban', { placeholder: 'DE00 0000 0000 0000 0000 00' }), true),
      );
      const names = make(
        'div',
        { class: 'form', hidden: true },
        labelled('Full name', input('name', 'required', { autocomplete: 'name', value: defaults.name }), true),
        labelled(
          'Email',
          input('email', 'email', { type: 'email', autocomplete: 'email', value: defaults.email }),
          true,
        ),
      );
      const layout = typeof options.layout === 'object' ? options.layout.type : options.layout;
      const tabs = make('div', { class: layout === 'accordion' ? 'tabs accordion' : 'tabs', hidden: true });
      if (layout !== 'accordion') tabs.setAttribute('role', 'tablist');
      const savedList = make('div', { class: 'tabs accordion', hidden: true, 'aria-label': say('Saved') });
      let all = ['card'];
      let saved = [];
      let features = {};
      chosen = 'card';
      let chosenSaved;
      const show = () => {
        const isNew = chosenSaved === undefined;
        for (const button of [...tabs.children, ...savedList.children]) {
          const isChosen =
            button.value === (isNew ? (button.dataset.saved === undefined ? chosen : 'new') : chosenSaved);
          button.setAttribute(
            button.getAttribute('role') === 'tab' ? 'aria-selected' : 'aria-pressed',
            String(isChosen),
          );
          button.classList.toggle('Tab--selected', isChosen);
        }
        tabs.hidden = all.length < 2 || !isNew;
        savedList.hidden = saved.length === 0;
        card.hidden = !isNew || chosen !== 'card';
        iban.hidden = !isNew || chosen !== 'sepa_debit';
        names.hidden = !isNew || chosen === 'card';
        away.hidden = !isNew || chosen === 'card' || chosen === 'sepa_debit';
        saving.hidden = features.payment_method_save !== 'enabled';
        changed();
      };
      const choice = (id, text, attributes, choose) => {
        const button = make('button', { type: 'button', id, class: 'Tab', ...attributes }, text);
        button.addEventListener('click', () => {
          choose();
          show();
        });
        return button;
      };
      setMethods = (methods) => {
        all = (methods || ['card']).filter((each) => each !== 'link');
        if (!all.includes(chosen)) chosen = all[0];
        tabs.replaceChildren(
          ...all.map((each) =>
            choice(
              `${each}-tab`,
              each === 'card' ? say('Card') : nameOf(each),
              { value: each, 'data-testid': each, 'data-value': each, role: layout === 'accordion' ? 'button' : 'tab' },
              () => (chosen = each),
            ),
          ),
        );
        show();
      };
      setSaved = (found) => {
        ({ payment_methods: saved, features } = found);
        chosenSaved = saved.length > 0 ? saved[0].id : undefined;
        savedList.replaceChildren(
          ...saved.map((each) =>
            choice(
              `saved-${each.id}`,
              describe(each),
              { value: each.id, 'data-saved': '' },
              () => (chosenSaved = each.id),
            ),
          ),
          choice(
            'saved-new',
            say('New payment method'),
            { value: 'new', 'data-saved': '' },
            () => (chosenSaved = undefined),
          ),
        );
        show();
      };
      const followCountry = () => {
        if (!cardCountry || !fields.has('postalCode')) return;
        const { element } = fields.get('postalCode');
        element.parentElement.hidden = !known.needsPostalCode.includes(cardCountry.value);
        relabel('postalCode', postalLabel(cardCountry.value, 'ZIP code'));
      };
      if (cardCountry) {
        cardCountry.addEventListener('change', () => {
          followCountry();
          changed();
        });
        followCountry();
      }
      card.append(saving);
      /** What the application has said of the bill before, with what the buyer was asked for in its place. */
      const cardDetails = () => {
        const { address: before, ...rest } = defaults;
        const place = {
          ...before,
          ...(cardCountry && { country: value('country') || undefined }),
          ...(fields.has('postalCode') && isShown('postalCode') && { postal_code: value('postalCode') || undefined }),
        };
        return { ...rest, ...(Object.keys(place).length > 0 && { address: place }) };
      };
      return {
        content: make('div', {}, savedList, tabs, card, names, iban, away),
        shown: () => {
          const method = saved.find(({ id }) => id === chosenSaved);
          if (!method) return { type: chosen };
          const { id, type: ofType, billing_details } = method;
          return { type: ofType, payment_method: { id, type: ofType, billing_details } };
        },
        read: () => {
          const method = saved.find(({ id }) => id === chosenSaved);
          if (method) return { type: method.type, saved: method };
          const more = saving.hidden ? {} : { saves: save.checked };
          if (chosen === 'card') {
            return {
              type: 'card',
              card: cardOf('number', 'expiry', 'cvc'),
              billing_details: cardDetails(),
              ...more,
            };
          }
          return {
            type: chosen,
            ...(chosen === 'sepa_debit' && { sepa_debit: { iban: value('iban').replace(/\s/g, '') } }),
            billing_details: {
              ...defaults,
              name: value('name'),
              email: value('email'),
              // Klarna differs from country to country.
              ...(chosen === 'klarna' && { address: { country: 'US', ...defaults.address } }),
            },
            ...more,
          };
        },
      };
    },
  };
  let chosen;
  let setMethods = () => undefined;
  let setSaved = () => undefined;

  /** What the fields of an address have at first. */
  const given = () => options.defaultValues || {};
  const place = () => given().address || {};
  const part = (name, kind, autocomplete, value) => input(name, kind, { autocomplete, value: value || undefined });

  /** Colors and the like, as the application wants them. https://docs.stripe.com/elements/appearance-api */
  function applyAppearance({ theme, variables = {}, rules = {} }) {
    const night = { colorText: '#f5f5f5', colorBackground: '#30313d', colorDanger: '#fe87a1', colorPrimary: '#0085ff' };
    const all = { ...(theme === 'night' && night), ...variables };
    for (const [name, value] of Object.entries(all)) document.documentElement.style.setProperty(`--${name}`, value);
    writeStyle(
      'appearance',
      Object.entries(rules).filter(([selector]) => selector.startsWith('.')),
    );
  }

  /** The style of a Card Element and its parts, by the state that the field is in. */
  function applyStyle({ base = {}, invalid = {}, complete = {} }) {
    const states = {
      '.line input': base,
      '.line input[aria-invalid="true"]': invalid,
      '.line input[aria-invalid="false"]:not(:placeholder-shown)': complete,
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

  function country(chosen, allowed) {
    const offered = known.countries.filter(([code]) => !allowed || allowed.includes(code));
    const first = chosen || (offered.some(([code]) => code === 'US') ? 'US' : offered[0][0]);
    const element = choose('country', 'country', offered, first);
    element.addEventListener('change', () => changed());
    return element;
  }

  /** A choice among codes with their names. */
  function choose(name, autocomplete, options, chosen) {
    const element = make(
      'select',
      { name, id: `Field-${name}Input`, autocomplete },
      ...options.map(([code, text]) => make('option', { value: code, selected: code === chosen }, text)),
    );
    element.addEventListener('focus', () => send('focus'));
    element.addEventListener('blur', () => send('blur'));
    fields.set(name, { element, kind: 'optional' });
    return element;
  }

  /** The field of the state in a country; nothing where addresses have none. */
  function stateOf(code) {
    if (known.stateless.includes(code)) return undefined;
    const states = known.states[code];
    const label = code === 'CA' ? 'Province' : 'State';
    const before = place().state || '';
    if (!states) return labelled(label, part('administrativeArea', 'optional', 'address-level1', before));
    const element = choose('administrativeArea', 'address-level1', [['', say('Select')], ...states], before);
    fields.get('administrativeArea').kind = 'required';
    element.addEventListener('change', () => changed());
    return labelled(label, element);
  }

  const postalLabel = (code, inUnitedStates) => (code === 'US' || code === 'PR' ? inUnitedStates : 'Postal code');

  function relabel(name, text) {
    const label = document.querySelector(`label[for="Field-${name}Input"]`) || labelOf(name);
    if (label) label.textContent = say(text);
  }

  /** The label of a field that is not in the page yet. */
  function labelOf(name) {
    const { parentElement } = fields.get(name).element;
    return parentElement && parentElement.querySelector('label');
  }

  /** Whether somebody may fill in a field. */
  function isShown(name) {
    return !fields.get(name).element.closest('[hidden]');
  }

  function nameOf(type) {
    const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return known.methods[type] || words.join(' ');
  }

  /** A saved payment method as people know it. */
  function describe({ type: ofType, card }) {
    return card ? `${card.brand.charAt(0).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}` : nameOf(ofType);
  }

  /** One address of an e-mail. */
  function emailOnly() {
    return {
      content: make(
        'div',
        { class: 'form' },
        labelled(
          'Email',
          input('email', 'email', {
            type: 'email',
            autocomplete: 'email',
            placeholder: 'you@example.com',
            value: options.defaultValues && options.defaultValues.email,
          }),
          true,
        ),
      ),
      read: () => ({ email: value('email') }),
    };
  }

  const digits = (name) => value(name).replace(/\D/g, '');

  function cardOf(number, expiry, cvc) {
    const [exp_month, exp_year] = expiryOf(value(expiry));
    return { number: digits(number), exp_month, exp_year, cvc: value(cvc) };
  }

  const made = KINDS[type]();
  document.body.append(made.content);

  function problems() {
    return [...fields.keys()].map((name) => problemOf(name)).filter(Boolean);
  }

  function isEmpty() {
    return [...fields.values()].every(({ element }) => element.tagName === 'SELECT' || element.value === '');
  }

  function changed() {
    const wrong = [...fields.entries()].find(
      ([name, { element }]) => element.getAttribute('aria-invalid') === 'true' && problemOf(name),
    );
    const problem = wrong ? problemOf(wrong[0]) : undefined;
    for (const name of fields.keys()) if (!problemOf(name)) unmark(name);
    send('change', {
      empty: isEmpty(),
      complete: problems().length === 0,
      collapsed: type === 'payment' ? false : undefined,
      error: problem && { type: 'validation_error', code: problem[0], message: problem[1] },
      ...(type.startsWith('card') && type !== 'cardExpiry' && type !== 'cardCvc' && { brand: brandOf(cardNumber()) }),
      ...(type === 'iban' && { country: value('iban').slice(0, 2) || undefined }),
      ...(type === 'address' && { isNewAddress: true }),
      value: shownValue(),
    });
  }

  /** What the application is told of the values. */
  function shownValue() {
    if (made.shown) return made.shown();
    if (type === 'card') return { postalCode: value('postal') };
    return ['address', 'linkAuthentication', 'contactDetails'].includes(type) ? made.read() : undefined;
  }

  function resize() {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height > 0) send('height', { height });
  }

  addEventListener('message', ({ source: from, data }) => {
    if (from !== parent || !data || data.backlot !== 'command') return;
    const [first] = fields.values();
    if (data.command === 'focus') first.element.focus();
    if (data.command === 'blur') document.activeElement.blur();
    if (data.command === 'methods') setMethods(data.methods);
    if (data.command === 'saved') setSaved(data.saved);
    if (data.command === 'appearance') applyAppearance(data.appearance);
    if (data.command === 'clear') {
      for (const { element } of fields.values()) if (element.tagName === 'INPUT') element.value = '';
      changed();
    }
    if (data.command === 'update') {
      const { disabled, readOnly, style } = data.options;
      const isOff = disabled ?? readOnly;
      if (isOff !== undefined) for (const { element } of fields.values()) element.disabled = isOff;
      if (style) applyStyle(style);
    }
    if (data.command === 'read') {
      const wrong = problems()[0];
      if (!data.quiet) {
        for (const name of fields.keys()) mark(name);
        if (wrong) changed();
      }
      send('reply', {
        call: data.call,
        complete: wrong === undefined,
        code: wrong && wrong[0],
        error: wrong && wrong[1],
        value: made.read(),
      });
    }
  });

  if (type === 'payment') setMethods(settings.methods);
  if (type === 'payment' && settings.saved) setSaved(settings.saved);
  if (options.disabled || options.readOnly) for (const { element } of fields.values()) element.disabled = true;
  applyAppearance(settings.appearance || {});
  if (options.style) applyStyle(options.style);
  send('ready');
  // The frame is as high as its content, which a page may lay out later than this runs.
  new ResizeObserver(resize).observe(document.body);
})();
