import { existsSync } from 'node:fs';
import { formatPlace } from '../../api/errors';
import { readExtensionList } from '../../extensions/list';
import { checkFiles } from '../config/check-files';
import { type Check, failed, ok } from './check';

/** The list of extensions can be read, and what it names is there. */
export const extensionsList: Check = {
  name: 'extensions.json',
  async run({ listFile }) {
    const [first, ...others] = await checkFiles(listFile, false);
    if (first) {
      const place = formatPlace(first.where);
      const more = others.length === 0 ? '' : ` (and ${others.length} more: backlot config validate)`;
      return failed(`${first.message}${place === '' ? '' : `, at ${place}`}${more}`, first.action);
    }
    if (!existsSync(listFile)) return ok(`there is none at ${listFile}: Backlot starts without extensions`);
    const count = (await readExtensionList(listFile, { mustExist: true })).length;
    return ok(`${listFile} has ${count} ${count === 1 ? 'entry' : 'entries'}`);
  },
};
