/** How all pages look. It lies in each page, so that a page needs nothing else. */
export const STYLE = `
:root { color-scheme: light; --ink: #16202c; --muted: #5b6776; --line: #d9dfe6; --wash: #f4f6f8; --accent: #1f5eff;
  --accent-ink: #fff; --bad: #b3261e; --good: #0b7a4b; --radius: 8px; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; color: var(--ink); background: #fff; }
a { color: var(--accent); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
fieldset + .field, .total + fieldset { margin-top: 1.25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
p { margin: 0 0 1rem; }
.muted { color: var(--muted); }
.small { font-size: .875rem; }
.amount { font-size: 2.25rem; font-weight: 650; letter-spacing: -.02em; margin: 0 0 1rem; }
.badge { display: inline-block; font-size: .75rem; font-weight: 600; padding: .1rem .5rem; border-radius: 99px; background: #fff0c9; color: #6b4a00; vertical-align: middle; }
.badge.good { background: #dff5ea; color: var(--good); }
.badge.bad { background: #fde7e5; color: var(--bad); }
.two { display: grid; grid-template-columns: 1fr 1fr; min-height: 100vh; }
.two > * { padding: 3rem clamp(1rem, 5vw, 5rem); }
.two > .side { background: var(--wash); }
.one { max-width: 46rem; margin: 0 auto; padding: 3rem 1rem; }
.narrow { max-width: 30rem; margin: 0 auto; padding: 3rem 1rem; }
.card { border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; background: #fff; margin: 0 0 1rem; }
img.product { width: 42px; height: 42px; object-fit: cover; border-radius: 5px; vertical-align: middle; }
.row { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
.row + .row { margin-top: .5rem; }
.total { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem; font-weight: 650; }
.two > * > :not(.foot), .two > * > .foot { max-width: 34rem; }
.two > .side > * { margin-left: auto; }
.actions > input { flex: 1; width: auto; min-width: 8rem; }
.actions { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
.field { display: block; margin: 0 0 1rem; }
.field > label, .field > .label, legend { display: block; font-size: .875rem; font-weight: 550; margin: 0 0 .3rem; padding: 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 .75rem; }
input[type=text], input[type=email], input[type=tel], input[type=number], select, textarea {
  width: 100%; font: inherit; padding: .6rem .75rem; border: 1px solid #b9c3cf; border-radius: var(--radius); background: #fff; color: inherit; }
input[type=number].quantity { width: 5rem; }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid #9dbaff; outline-offset: 1px; border-color: var(--accent); }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
.choice { display: flex; gap: .6rem; align-items: center; padding: .7rem .75rem; border: 1px solid var(--line); border-radius: var(--radius); margin: 0 0 .5rem; }
.choice label { flex: 1; }
.check { display: flex; gap: .6rem; align-items: flex-start; margin: 0 0 1rem; }
.check input { margin-top: .3rem; }
button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .6rem 1.1rem; border-radius: var(--radius); border: 1px solid var(--line); background: #fff; color: var(--ink); cursor: pointer; text-decoration: none; }
button:hover, .button:hover { border-color: #9aa6b4; }
button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.wide { width: 100%; padding: .8rem; }
button.danger { color: var(--bad); }
button.link { border: 0; padding: 0; color: var(--accent); background: none; font-weight: 500; }
.error { color: var(--bad); background: #fdeceb; border-radius: var(--radius); padding: .75rem 1rem; margin: 0 0 1rem; }
.field .problem { color: var(--bad); font-size: .875rem; margin: .3rem 0 0; }
.notice { background: #e8f0ff; border-radius: var(--radius); padding: .75rem 1rem; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: .8rem; color: var(--muted); font-weight: 550; }
th, td { padding: .5rem .5rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; padding-right: 0; }
.foot { color: var(--muted); font-size: .8rem; margin: 2rem 0 0; }
body:has(#method-new) .new-card { display: none; }
body:has(#method-new:checked) .new-card { display: block; }
body:has(#cardUseShippingAsBilling:checked) .billing-address { display: none; }
body:not(:has(#enableBusinessPurchase:checked)) .business { display: none; }
[hidden] { display: none !important; }
.over { position: fixed; inset: 0; z-index: 9; display: grid; place-items: center; background: rgba(10, 20, 30, .5); }
.over iframe { border: 0; border-radius: var(--radius); background: #fff; width: min(32rem, 94vw); height: min(26rem, 90vh); }
body.bare { background: transparent; }
body.bare .two { display: block; min-height: 0; }
@media (max-width: 50rem) { .two { grid-template-columns: 1fr; min-height: 0; } .two > * { padding: 1.5rem 1rem; } }
`;
