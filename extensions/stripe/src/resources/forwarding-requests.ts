import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';
import { resolvePaymentMethod } from './resolve-method';

type Request = Stripe.Forwarding.Request;
type Given = Stripe.Forwarding.RequestCreateParams;

/** Nothing leaves the machine: requests are kept as they would be sent, and nobody answers. https://docs.stripe.com/payments/forwarding */
export const forwardingRequests: DefineModule = (stripe) => ({
  operations: resourceOperations<Request>(stripe, {
    kind: 'forwarding.request',
    path: '/v1/forwarding/requests',
    create: (params) => {
      const { payment_method, replacements, request, url } = params as unknown as Given;
      if (!/^https:\/\/[^\s/]+/.test(url)) throw invalidRequest('The URL must begin with https://.', { param: 'url' });
      if (replacements.length === 0) throw parameterMissing('replacements');
      return {
        payment_method: resolvePaymentMethod(stripe, payment_method).id,
        request_context: null,
        request_details: { body: request.body ?? '', headers: request.headers ?? [], http_method: 'POST' },
        response_details: null,
        url,
      };
    },
  }),
});
