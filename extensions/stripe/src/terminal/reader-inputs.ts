/** What a reader asks who stands before it: https://docs.stripe.com/terminal/features/collect-inputs. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { storeFile } from '../resources/files';
import { begin, fail, succeed, waiting } from './reader-action';

type GivenInput = Stripe.Terminal.ReaderCollectInputsParams['inputs'][number];
type Input = Stripe.Terminal.Reader.Action.CollectInputs.Input;

const MOST_INPUTS = 5;

/** What a person enters, by the type of the input. */
const ENTERED: Readonly<Record<string, string>> = {
  email: 'jenny.rosen@example.com',
  numeric: '0000',
  phone: '+15555550100',
  text: 'Jenny Rosen',
};

/** https://docs.stripe.com/api/terminal/readers/collect_inputs */
export const readerInputs: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/terminal/readers/{reader}/collect_inputs': ({ path, params }) => {
      const { inputs, metadata } = params as unknown as Stripe.Terminal.ReaderCollectInputsParams;
      if (inputs.length === 0 || inputs.length > MOST_INPUTS)
        throw invalidRequest(`A reader asks for one to ${MOST_INPUTS} inputs.`, { param: 'inputs' });
      return begin(stripe, path['reader']!, {
        type: 'collect_inputs',
        details: { inputs: inputs.map(asked), metadata: metadata ?? null },
      });
    },
    'POST /v1/test_helpers/terminal/readers/{reader}/succeed_input_collection': ({ path, params }) => {
      const { skip_non_required_inputs: skip } = params as { readonly skip_non_required_inputs?: string };
      const { collect_inputs: collected } = waiting(stripe, path['reader']!, ['collect_inputs']);
      const inputs = collected!.inputs.map((input) =>
        skip === 'all' && input.required !== true ? { ...input, skipped: true } : answered(stripe, input),
      );
      return succeed(stripe, path['reader']!, { inputs });
    },
    'POST /v1/test_helpers/terminal/readers/{reader}/timeout_input_collection': ({ path }) => {
      waiting(stripe, path['reader']!, ['collect_inputs']);
      return fail(stripe, path['reader']!, 'input_timeout', 'Nobody answered the reader in time.');
    },
  },
});

function asked({ type, custom_text: text, required, selection, toggles }: GivenInput, index: number): Input {
  if (type === 'selection' && selection === undefined)
    throw invalidRequest('An input of the type selection has choices.', { param: `inputs[${index}][selection]` });
  return {
    custom_text: { description: null, skip_button: null, submit_button: null, ...text },
    required: required ?? false,
    toggles: (toggles ?? []).map((toggle) => ({
      default_value: toggle.default_value ?? null,
      description: toggle.description ?? null,
      title: toggle.title ?? null,
      value: null,
    })),
    type,
    ...(type === 'selection'
      ? {
          selection: {
            choices: selection!.choices.map(({ id, style, text: label }) => ({
              id,
              style: style ?? null,
              text: label,
            })),
            id: null,
            text: null,
          },
        }
      : { [type]: { value: null } }),
  };
}

function answered(stripe: Backend, input: Input): Input {
  const toggles = (input.toggles ?? []).map((toggle) => ({ ...toggle, value: toggle.default_value ?? 'disabled' }));
  const common = { ...input, skipped: false, toggles };
  if (input.selection) {
    const [first] = input.selection.choices;
    return { ...common, selection: { ...input.selection, id: first?.id ?? null, text: first?.text ?? null } };
  }
  const value = input.type === 'signature' ? sign(stripe).id : (ENTERED[input.type] ?? '');
  return { ...common, [input.type]: { value } };
}

const SIGNATURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path d="M5 20q20-30 40 0t40-5"/></svg>';

/** A signature is a file. */
function sign(stripe: Backend): Stripe.File {
  return storeFile(stripe, {
    bytes: Buffer.from(SIGNATURE),
    filename: 'signature.svg',
    purpose: 'customer_signature',
    type: 'image/svg+xml',
  });
}
