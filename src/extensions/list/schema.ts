import * as v from 'valibot';
import { EXTENSION_NAME } from '../extension-name';

const Spec = v.pipe(
  v.string('a spec is a string'),
  v.regex(/\S/, 'the spec is empty'),
  v.title('Spec'),
  v.description(
    'What to install: an npm package name with an optional range or tag, a folder, a tarball, the address of a ' +
      'tarball, or a git repository with an optional branch, tag, commit or semver range and a folder in it. ' +
      'Relative paths are relative to this file.',
  ),
  v.metadata({
    examples: [
      'backlot-extension-hello-world',
      '@acme/backlot-extension-ledger@^2.1',
      'file:./my-extension',
      'file:./my-extension-1.0.0.tgz',
      'https://example.com/my-extension-1.0.0.tgz',
      'github:acme/extensions#semver:^1&path:twilio',
      'git+https://example.com/acme/extensions.git#main&path:twilio',
      'git+https://example.com/acme/extensions/#egg=my-stripe&subdirectory=stripe',
    ],
  }),
);

const Entry = v.pipe(
  v.strictObject({
    spec: Spec,
    name: v.optional(
      v.pipe(
        v.string('"name" is a string'),
        v.regex(EXTENSION_NAME, '"name" has only lower-case letters, digits and dashes'),
        v.title('Name'),
        v.description('The one extension that is meant, for a package that holds several.'),
        v.metadata({ examples: ['hello-world'] }),
      ),
    ),
    enabled: v.optional(
      v.pipe(
        v.boolean('"enabled" is true or false'),
        v.title('Enabled'),
        v.description('With false the entry is skipped: nothing is installed or loaded.'),
      ),
      true,
    ),
    required: v.optional(
      v.pipe(
        v.boolean('"required" is true or false'),
        v.title('Required'),
        v.description('With true Backlot does not start when this extension fails to.'),
      ),
      false,
    ),
    allowScripts: v.optional(
      v.pipe(
        v.boolean('"allowScripts" is true or false'),
        v.title('Allow scripts'),
        v.description(
          'With true the install scripts of the package, and of what it depends on, are run; else they are not. ' +
            'They can do whatever the user can who runs Backlot.',
        ),
        v.metadata({ examples: [true] }),
      ),
    ),
    config: v.optional(
      v.pipe(
        v.unknown(),
        v.title('Config'),
        v.description('The configuration of the extension. Its shape is up to the extension, which validates it.'),
        v.metadata({ examples: [{ greeting: 'hello' }] }),
      ),
    ),
    seed: v.optional(
      v.pipe(
        v.string('"seed" is a string'),
        v.regex(/\S/, '"seed" is empty'),
        v.title('Seed'),
        v.description(
          'A file or folder with data, JSON or YAML in the form that the extension takes, that fills a fresh or reset state. ' +
            'A relative path is relative to this file.',
        ),
        v.metadata({ examples: ['./seeds/customers.yaml', './seeds'] }),
      ),
    ),
  }),
  v.title('Entry'),
  v.description('A spec with options.'),
  v.metadata({ examples: [{ spec: 'backlot-extension-hello-world', config: { greeting: 'hello' } }] }),
);

/** extensions.json: the one source of its validation and of extensions.schema.json. */
export const ExtensionList = v.pipe(
  v.strictObject({
    $schema: v.optional(
      v.pipe(
        v.string('"$schema" is a string'),
        v.title('JSON Schema'),
        v.description('Where this schema is, for editors.'),
        v.metadata({ examples: ['./node_modules/backlot/extensions.schema.json'] }),
      ),
    ),
    extensions: v.pipe(
      v.array(v.union([Spec, Entry]), '"extensions" is an array'),
      v.title('Extensions'),
      v.description('The extensions that are installed and loaded, in the order in which their hooks run.'),
      v.metadata({ examples: [['backlot-extension-hello-world', { spec: 'file:./my-extension', required: true }]] }),
    ),
  }),
  v.title('extensions.json'),
  v.description('The list of the extensions of Backlot. Comments and trailing commas are allowed.'),
);

/** The keys that are known at each level. */
export const KNOWN_KEYS = {
  list: Object.keys(ExtensionList.pipe[0].entries),
  entry: Object.keys(Entry.pipe[0].entries),
} as const;
