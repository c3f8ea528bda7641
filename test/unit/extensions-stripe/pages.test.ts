import { pageOf } from '../../../extensions/stripe/src/kernel/page-of';
import { shareOut } from '../../../extensions/stripe/src/billing/rounding';
import { readCardFields, readExpiry } from '../../../extensions/stripe/src/pages/card-fields';
import { html, inScript, raw, safeUrl } from '../../../extensions/stripe/src/pages/html';
import { every, money } from '../../../extensions/stripe/src/pages/money';
import { pdf } from '../../../extensions/stripe/src/pages/pdf';
import { withQuery } from '../../../extensions/stripe/src/pages/with-query';

describe('HTML', () => {
  test('escapes what is put into it, and nothing twice', () => {
    const name = `<b>"Ada" & 'Bob'</b>`;
    const inner = html`<p title="${name}">${name}</p>`;
    expect(html`<div>${inner}${[1, undefined, false, raw('<hr>')]}</div>`.text).toBe(
      '<div><p title="&lt;b&gt;&quot;Ada&quot; &amp; &#39;Bob&#39;&lt;/b&gt;">&lt;b&gt;&quot;Ada&quot; &amp; &#39;Bob&#39;&lt;/b&gt;</p>1<hr></div>',
    );
  });

  test('lets no text end a script', () => {
    expect(inScript('</script><script>').text).not.toContain('</script>');
  });

  test('links to nothing that runs', () => {
    expect(safeUrl(' javascript:alert(1)')).toBeUndefined();
    expect(safeUrl('https://example.com')).toBe('https://example.com');
    expect(safeUrl(null)).toBeUndefined();
  });
});

describe('amounts', () => {
  test('are shown in the unit of their currency', () => {
    expect(money(2000, 'usd')).toBe('$20.00');
    expect(money(2000, 'jpy')).toBe('¥2,000');
    expect(money(2500, 'kwd')).toMatch(/2\.500/);
    expect(every({ interval: 'month', interval_count: 3 })).toBe('3 months');
  });

  test('are shared out to the last unit, and nobody gets more than there is', () => {
    expect(shareOut(100, [1000, 1000, 1000])).toEqual([33, 34, 33]);
    expect(shareOut(5000, [1000, 500])).toEqual([1000, 500]);
    expect(shareOut(10, [0, 0])).toEqual([0, 0]);
    for (let amount = 0; amount < 400; amount += 7) {
      const among = [13, 0, 250, 99, 1];
      const shares = shareOut(amount, among);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(Math.min(amount, 363));
      for (const [index, share] of shares.entries()) expect(share).toBeLessThanOrEqual(among[index]!);
    }
  });
});

describe('the fields of a card', () => {
  test('take an expiry in the usual forms', () => {
    for (const text of ['12 / 34', '12/34', '1234', '12/2034', ' 12 - 34 '])
      expect(readExpiry(text)).toEqual([12, 2034]);
    for (const text of ['', '13/34', '1', '12/3', 'ab/cd']) expect(readExpiry(text)).toBeUndefined();
  });

  test('say what is missing', () => {
    expect(readCardFields(new URLSearchParams({ cardNumber: '4242', cardExpiry: '12' }))).toEqual({
      problems: {
        cardNumber: 'Your card number is incomplete.',
        cardExpiry: "Your card's expiration date is incomplete.",
        cardCvc: 'Required',
      },
    });
  });
});

describe('a list within an object', () => {
  const all = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const ids = (params: object) => pageOf(all, '/x', params).data.map(({ id }) => id);

  test('is paged both ways', () => {
    expect(ids({ limit: 2 })).toEqual(['a', 'b']);
    expect(ids({ limit: 2, starting_after: 'b' })).toEqual(['c', 'd']);
    expect(ids({ limit: 2, ending_before: 'd' })).toEqual(['b', 'c']);
    expect(pageOf(all, '/x', { limit: 3 }).has_more).toBe(true);
    expect(pageOf(all, '/x', { limit: 4 }).has_more).toBe(false);
    expect(() => ids({ starting_after: 'z' })).toThrow("No such item: 'z'");
  });
});

describe('an address', () => {
  test('gets parameters added to its query, before the fragment', () => {
    expect(withQuery('https://a.example/x', { a: '1', b: undefined })).toBe('https://a.example/x?a=1');
    expect(withQuery('https://a.example/x?y=2#z', { a: 'ä' })).toBe('https://a.example/x?y=2&a=%C3%A4#z');
  });
});

describe('a PDF', () => {
  test('has a table that leads to each of its objects', () => {
    const lines = Array.from({ length: 90 }, (_, index) => ({ text: `Line (${index}) \\ é 漢`, right: '$1.00' }));
    const text = pdf('Invoice', lines).toString('latin1');
    expect(text.startsWith('%PDF-1.4')).toBe(true);
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]);
    expect(text.slice(start, start + 4)).toBe('xref');
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    for (const [index, offset] of offsets.entries())
      expect(text.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj`));
    for (const [, length, content] of text.matchAll(/\/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g)) {
      expect(content).toHaveLength(Number(length));
    }
    expect(text).toContain('/Count 3');
  });
});
