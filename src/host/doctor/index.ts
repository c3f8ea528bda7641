export type { Check, Finding, Patient } from './check';
export { type Examined, examine } from './examine';
export { thisMachine } from './patient';
