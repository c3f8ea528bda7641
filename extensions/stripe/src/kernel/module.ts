import type { FormFile } from 'backlot';
import type { Params } from '../parameters/validate';
import type { Operation } from '../spec/spec';
import type { Backend } from './backend';
import type { JobHandler } from './jobs';

/** One call of an operation, with everything that the client gave checked. */
export interface Call {
  readonly operation: Operation;
  /** The parameters in the path, by the names in the key of the handler. */
  readonly path: Readonly<Record<string, string>>;
  /** As the official package types them: `call.params as Stripe.CustomerCreateParams`. */
  readonly params: Params;
  /** The path of the request, which a list gives as its `url`. */
  readonly url: string;
  /** What follows the path, as it was sent. */
  readonly query: string;
  readonly key: ApiKey;
  /** The version of the API that the request itself names, by its header. */
  readonly askedVersion?: string | undefined;
  /** The files of a multipart form. */
  readonly files: readonly FormFile[];
}

export interface ApiKey {
  readonly value: string;
  /** Publishable keys, which pages hold, may do little. */
  readonly publishable: boolean;
}

/** Answers a call: an object, a page of a list, {@link Binary} or {@link Later}. Throws {@link StripeError}. Not async. */
export type OperationHandler = (call: Call) => object;

/**
 * Gives what an object, or one within it, has only when a client asks to expand it: mostly a list, or what lies within another object.
 * Is given the object that has an identifier.
 */
export type Include = (object: never, stripe: Backend) => object | string | null;

/** Is given the object of the event, as it is in it. */
export type Reaction = (object: never) => void;

/** What one file of a resource adds to the API. */
export interface Module {
  /** By method and path: `POST /v1/customers/{customer}`. The names in braces are this module's. */
  readonly operations?: Readonly<Record<string, OperationHandler>>;
  readonly jobs?: Readonly<Record<string, JobHandler>>;
  /**
   * By the type of an event: what this module does as soon as such an event was made, within the same step, in the account and
   * on the clock of the event. How an invoice learns that its payment succeeded.
   */
  readonly reactions?: Readonly<Record<string, Reaction>>;
  /** By kind and field: `checkout.session line_items`. */
  readonly includes?: Readonly<Record<string, Include>>;
}

export type DefineModule = (stripe: Backend) => Module;
