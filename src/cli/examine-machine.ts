import { type Check, type Examined, examine, thisMachine } from '../host/doctor';
import { checkVariables } from '../runtime/check-variables';

/** Runs every check of `backlot doctor`. Throws BACKLOT_E_OPTION_INVALID for a name that none can have. */
export function examineThisMachine(options: {
  readonly name?: string;
  readonly extensions?: string;
}): Promise<Examined[]> {
  const { name, extensions } = options;
  const patient = thisMachine({
    ...(name === undefined ? {} : { name }),
    ...(extensions === undefined ? {} : { extensionsFile: extensions }),
  });
  return examine(patient, [variables]);
}

/** The platform's own settings are known to the platform's room, not to that of the host. */
const variables: Check = {
  name: 'environment',
  run({ env }) {
    const [first, ...others] = checkVariables({ ...env });
    if (!first) return { state: 'ok', found: 'no variable is mistyped' };
    const more = others.length === 0 ? '' : ` (and ${others.length} more: backlot config validate)`;
    return {
      state: first.kind === 'value' ? 'failed' : 'warning',
      found: `${first.message}${more}`,
      mend: first.action,
    };
  },
};
