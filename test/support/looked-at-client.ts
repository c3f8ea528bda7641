import Stripe from 'stripe';
import { undeclaredIn } from './declared-shapes';

interface Response {
  getHeaders(): Readonly<Record<string, string | undefined>>;
  toJSON(): Promise<unknown>;
}

interface HttpClient {
  getClientName(): string;
  makeRequest(...request: unknown[]): Promise<Response>;
}

/** A client of the SDK that looks at every answer of the newest version to a secret key: whether it is as the package declares it. */
export class LookedAtClient implements HttpClient {
  /** What was not, and the first request that it was an answer to. */
  readonly problems = new Map<string, string>();
  readonly #client: HttpClient;

  constructor(client: object) {
    this.#client = client as HttpClient;
  }

  getClientName(): string {
    return this.#client.getClientName();
  }

  async makeRequest(...request: unknown[]): Promise<Response> {
    const response = await this.#client.makeRequest(...request);
    const [, , path, method, headers] = request as [string, string, string, string, Record<string, string>];
    const answered = response.getHeaders();
    // What pages ask of `payment_pages` is no answer of the documented API.
    const isWhole =
      /^\/v1\/(?!payment_pages)/.test(path) &&
      answered['stripe-version'] === Stripe.API_VERSION &&
      /sk_/.test(headers['Authorization'] ?? '');
    if (!isWhole || answered['backlot-fidelity'] !== undefined) return response;
    const toJSON = response.toJSON.bind(response);
    response.toJSON = async () => {
      const answer = await toJSON();
      for (const problem of undeclaredIn(answer)) {
        if (!this.problems.has(problem)) this.problems.set(problem, `${method} ${path}`);
      }
      return answer;
    };
    return response;
  }
}
