/** The fields within the frame of an element. What it is comes behind the # of the address; it talks to the page around it. */
(() => {
  const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}');
  const { type, options = {} } = settings;
  const say = window.translator(settings.locale);
  const THIS_YEAR = new Date().getFullYear();

  const send = (event, more = {}) => parent.postMessage({ backlot: 'element', id: settings.id, event, ...more }, '*');

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((each) => each !== undefined));
    return element;
  }

  /** What makes a value complete, and what is said when it is not. */
  const CHECKS = {
    number: {
      format: (text) => {
        const digits = text.replace(/\D/g, '').slice(0, 19);
        return /^3[47]/.test(digits)
          ? digits
              .slice(0, 15)
              .replace(/^(\d{4})(\d{1,6})?(\d{1,5})?$/, (_all, ...parts) => parts.slice(0, 3).filter(Boolean).join(' '))
          : digits.replace(/(.{4})(?=.)/g, '$1 ');
      },
      check: (text) => {
        const digits = text.replace(/\D/g, '');
        if (digits.length < (/^3[47]/.test(digits) ? 15 : /^3[0689]/.test(digits) ? 14 : 16))
          return ['incomplete_number', 'Your card number is incomplete.'];
        return luhn(digits) ? undefined : ['invalid_number', 'Your card number is invalid.'];
      },
    },
    expiry: {
      format: (text) =>
        text
          .replace(/\D/g, '')
          .slice(0, 4)
          .replace(/^([2-9])/, '0$1')
          .slice(0, 4)
          .replace(/^(\d\d)(?=\d)/, '$1 / '),
      check: (text) => {
        const [month, year] = expiryOf(text);
        if (!month || !year) return ['incomplete_expiry', "Your card's expiration date is incomplete."];
        const now = new Date();
        if (year < THIS_YEAR || (year === THIS_YEAR && month < now.getMonth() + 1))
          return ['invalid_expiry_year_past', "Your card's expiration year is in the past."];
        return month > 12 ? ['incomplete_expiry', "Your card's expiration date is invalid."] : undefined;
      },
    },
    cvc: {
      format: (text) => text.replace(/\D/g, '').slice(0, 4),
      check: (text) => (text.length >= 3 ? undefined : ['incomplete_cvc', "Your card's security code is incomplete."]),
    },
    postal: { check: (text) => (text.trim() ? undefined : ['incomplete_zip', 'Your postal code is incomplete.']) },
    email: {
      check: (text) =>
        /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : ['incomplete_email', 'Your email is incomplete.'],
    },
    iban: {
      format: (text) => text.toUpperCase(),
      check: (text) =>
        text.replace(/\s/g, '').length >= 15 ? undefined : ['incomplete_iban', 'Your IBAN is incomplete.'],
    },
    required: { check: (text) => (text.trim() ? undefined : ['incomplete', 'This field is incomplete.']) },
    optional: { check: () => undefined },
  };

  function luhn(digits) {
    let sum = 0;
    [...digits].reverse().forEach((digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
    return sum % 10 === 0;
  }

  function expiryOf(text) {
    const [, month, year] = /^(\d\d)\D*(\d\d)$/.exec(text) || [];
    return [Number(month), year ? 2000 + Number(year) : 0];
  }

  const fields = new Map();

  /** A field. `kind` is what its value has to be. */
  function input(name, kind, attributes) {
    const element = make('input', { name, id: `Field-${name}Input`, type: 'text', spellcheck: 'false', ...attributes });
    if (element.placeholder) element.placeholder = say(element.placeholder);
    const { format } = CHECKS[kind];
    element.addEventListener('input', (event) => {
      const atEnd = element.selectionStart === element.value.length;
      if (format && atEnd && event.inputType !== 'deleteContentBackward') element.value = format(element.value);
      changed();
      const next =
        settings.type === 'card' && CHECKS[kind].check(element.value) === undefined ? nextOf(element) : undefined;
      if (
        next &&
        (kind === 'number' ? element.value.replace(/\D/g, '').length >= 15 : kind === 'expiry') &&
        event.inputType === 'insertText'
      )
        next.focus();
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

  function nextOf(element) {
    const all = [...document.querySelectorAll('input, select')];
    return all[all.indexOf(element) + 1];
  }

  function problemOf(name) {
    const { element, kind } = fields.get(name);
    const problem =
      element.offsetParent === null && element.type !== 'hidden' ? undefined : CHECKS[kind].check(element.value);
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
          class: 'grow',
          placeholder: 'Card number',
          'aria-label': 'Credit or debit card number',
          autocomplete: 'cc-number',
          inputmode: 'numeric',
        }),
        input('exp-date', 'expiry', {
          class: 'short',
          placeholder: 'MM / YY',
          'aria-label': 'Credit or debit card expiration date',
          autocomplete: 'cc-exp',
          inputmode: 'numeric',
        }),
        input('cvc', 'cvc', {
          class: 'short',
          placeholder: 'CVC',
          'aria-label': 'Credit or debit card CVC/CVV',
          autocomplete: 'cc-csc',
          inputmode: 'numeric',
        }),
        options.hidePostalCode
          ? undefined
          : input('postal', 'postal', {
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
    linkAuthentication: () => ({
      content: make(
        'div',
        { class: 'form' },
        labelled(
          'Email',
          input('email', 'email', {
            type: 'email',
            autocomplete: 'email',
            value: options.defaultValues && options.defaultValues.email,
          }),
          true,
        ),
      ),
      read: () => ({ email: value('email') }),
    }),
    address: () => ({
      content: make(
        'div',
        { class: 'form' },
        labelled('Full name', part('name', 'required', 'name', given().name), true),
        labelled('Country or region', country(place().country, options.allowedCountries), true),
        labelled('Address line 1', part('addressLine1', 'required', 'address-line1', place().line1), true),
        labelled('Address line 2', part('addressLine2', 'optional', 'address-line2', place().line2), true),
        labelled('City', part('locality', 'required', 'address-level2', place().city)),
        labelled('State', part('administrativeArea', 'optional', 'address-level1', place().state)),
        labelled('ZIP code', part('postalCode', 'postal', 'postal-code', place().postal_code)),
        options.fields && options.fields.phone === 'always'
          ? labelled(
              'Phone number',
              input('phone', 'required', { type: 'tel', autocomplete: 'tel', value: given().phone }),
            )
          : undefined,
      ),
      read: () => ({
        name: value('name'),
        address: {
          line1: value('addressLine1'),
          line2: value('addressLine2') || undefined,
          city: value('locality'),
          state: value('administrativeArea') || undefined,
          postal_code: value('postalCode'),
          country: value('country'),
        },
        ...(value('phone') && { phone: value('phone') }),
      }),
    }),
    payment: () => {
      const defaults = (options.defaultValues && options.defaultValues.billingDetails) || {};
      const { billingDetails } = options.fields || {};
      const address = billingDetails && billingDetails.address;
      const shows = (name) =>
        billingDetails !== 'never' && address !== 'never' && !(address && address[name] === 'never');
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
          input('expiry', 'expiry', { placeholder: 'MM / YY', autocomplete: 'cc-exp', inputmode: 'numeric' }),
        ),
        labelled(
          'Security code',
          input('cvc', 'cvc', { placeholder: 'CVC', autocomplete: 'cc-csc', inputmode: 'numeric' }),
        ),
        shows('country') ? labelled('Country', country(defaults.address && defaults.address.country)) : undefined,
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
      const tabs = make('fieldset', { class: 'tabs', hidden: true, 'aria-label': 'Payment methods' });
      chosen = 'card';
      const show = () => {
        card.hidden = chosen !== 'card';
        iban.hidden = chosen !== 'sepa_debit';
        names.hidden = chosen === 'card';
        away.hidden = chosen === 'card' || chosen === 'sepa_debit';
        changed();
      };
      setMethods = (methods) => {
        const all = (methods || ['card']).filter((each) => each !== 'link');
        tabs.hidden = all.length < 2;
        tabs.replaceChildren(
          ...all.map((each) => {
            const radio = make('input', {
              type: 'radio',
              name: 'method',
              value: each,
              id: `${each}-tab`,
              checked: each === chosen,
            });
            radio.addEventListener('change', () => {
              chosen = each;
              show();
            });
            return make(
              'label',
              { for: radio.id, class: 'Tab' },
              radio,
              each === 'card' ? say('Card') : each.replaceAll('_', ' '),
            );
          }),
        );
        if (!all.includes(chosen)) chosen = all[0];
        show();
      };
      return {
        content: make('div', {}, tabs, card, names, iban, away),
        read: () =>
          chosen === 'card'
            ? {
                type: 'card',
                card: cardOf('number', 'expiry', 'cvc'),
                billing_details: {
                  ...(defaults.name && { name: defaults.name }),
                  ...(defaults.email && { email: defaults.email }),
                  ...((shows('country') || shows('postalCode')) && {
                    address: { country: value('country') || undefined, postal_code: value('postalCode') || undefined },
                  }),
                },
              }
            : {
                type: chosen,
                ...(chosen === 'sepa_debit' && { sepa_debit: { iban: value('iban').replace(/\s/g, '') } }),
                billing_details: { name: value('name'), email: value('email') },
              },
      };
    },
  };
  let chosen;
  let setMethods = () => undefined;

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
    const codes = allowed || 'US GB CA AU DE FR ES IT NL AT BE CH DK FI IE JP LU MX NO NZ PL PT SE SG'.split(' ');
    const names = new Intl.DisplayNames(['en'], { type: 'region' });
    const element = make(
      'select',
      { name: 'country', id: 'Field-countryInput', autocomplete: 'country' },
      ...codes.map((code) => make('option', { value: code, selected: code === chosen }, names.of(code))),
    );
    element.addEventListener('change', () => changed());
    fields.set('country', { element, kind: 'optional' });
    return element;
  }

  const digits = (name) => value(name).replace(/\D/g, '');

  function cardOf(number, expiry, cvc) {
    const [exp_month, exp_year] = expiryOf(value(expiry));
    return { number: digits(number), exp_month, exp_year, cvc: value(cvc) };
  }

  function brandOf(number) {
    if (/^4/.test(number)) return 'visa';
    if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
    if (/^3[47]/.test(number)) return 'amex';
    if (/^(6011|65|64[4-9])/.test(number)) return 'discover';
    if (/^3[0689]/.test(number)) return 'diners';
    return /^35/.test(number) ? 'jcb' : /^62/.test(number) ? 'unionpay' : 'unknown';
  }

  const made = (KINDS[type] || KINDS.card)();
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
    for (const [name, { element }] of fields) if (!problemOf(name)) element.setAttribute('aria-invalid', 'false');
    const number = value('cardnumber') || value('number');
    send('change', {
      empty: isEmpty(),
      complete: problems().length === 0,
      collapsed: false,
      error: problem && { type: 'validation_error', code: problem[0], message: problem[1] },
      ...(type.startsWith('card') && { brand: brandOf(number.replace(/\D/g, '')) }),
      value:
        type === 'payment'
          ? { type: chosen }
          : type === 'address' || type === 'linkAuthentication'
            ? made.read()
            : type === 'card'
              ? { postalCode: value('postal') }
              : undefined,
    });
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
  if (options.disabled || options.readOnly) for (const { element } of fields.values()) element.disabled = true;
  applyAppearance(settings.appearance || {});
  if (options.style) applyStyle(options.style);
  send('ready');
  // The frame is as high as its content, which a page may lay out later than this runs.
  new ResizeObserver(resize).observe(document.body);
})();
