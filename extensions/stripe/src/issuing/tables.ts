/** What is kept of Issuing: https://docs.stripe.com/api/issuing. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';

export type Authorization = Stripe.Issuing.Authorization;
export type Card = Stripe.Issuing.Card;
export type Cardholder = Stripe.Issuing.Cardholder;
export type Dispute = Stripe.Issuing.Dispute;
export type Transaction = Stripe.Issuing.Transaction;

/** What is shown of a card only to who asks for it. */
export interface CardSecret {
  readonly number: string;
  readonly cvc: string;
}

export function cardTable(stripe: Backend): Table<Card, CardSecret> {
  return stripe.table<Card, CardSecret>('issuing.card');
}

export function cardholderTable(stripe: Backend): Table<Cardholder> {
  return stripe.table<Cardholder>('issuing.cardholder');
}

export function authorizationTable(stripe: Backend): Table<Authorization> {
  return stripe.table<Authorization>('issuing.authorization');
}

/** What is kept beside a transaction. */
export interface TransactionSecret {
  /** How much of a capture came back. */
  readonly refunded: number;
}

export function transactionTable(stripe: Backend): Table<Transaction, TransactionSecret> {
  return stripe.table<Transaction, TransactionSecret>('issuing.transaction');
}

export function issuingDisputeTable(stripe: Backend): Table<Dispute> {
  return stripe.table<Dispute>('issuing.dispute');
}
