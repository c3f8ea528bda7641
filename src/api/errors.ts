/**
 * The one table of error codes.
 *
 * `kind` says whose mistake it is: `user` (something in a file, a command, the environment or an extension that its
 * author or user can change) or `system` (Backlot or the machine it runs on). `summary` is the meaning of the code,
 * `remedy` what to do about it; an error that knows better carries a remedy of its own. `docs/reference/errors.md` is
 * written from this table.
 */
export const ERROR_TABLE = {
  // extensions.json
  BACKLOT_E_LIST_NOT_FOUND: {
    kind: 'user',
    summary: 'The list of extensions that was asked for does not exist.',
    remedy: 'Create the file, or point BACKLOT_EXTENSIONS_FILE at the right one.',
  },
  BACKLOT_E_LIST_SYNTAX: {
    kind: 'user',
    summary: 'extensions.json is not valid JSON (comments and trailing commas are allowed).',
    remedy: 'Mend the file at the line and column named.',
  },
  BACKLOT_E_LIST_INVALID: {
    kind: 'user',
    summary: 'extensions.json has a key or a value that it may not have.',
    remedy: 'Mend the file at the line and column named; its JSON Schema is extensions.schema.json.',
  },
  BACKLOT_E_LIST_EXISTS: {
    kind: 'user',
    summary: 'A list of extensions was to be created, and there is one.',
    remedy: 'Add to it with `backlot extensions install`, or name another file with --extensions.',
  },
  BACKLOT_E_LIST_NOT_WRITABLE: {
    kind: 'user',
    summary: 'extensions.json cannot be written.',
    remedy: 'Let your user write the file; inside a container, change it on the host, where it is mounted from.',
  },
  BACKLOT_E_ENTRY_NOT_FOUND: {
    kind: 'user',
    summary: 'extensions.json has no such entry.',
    remedy: 'See what it has with `backlot extensions list`.',
  },
  BACKLOT_E_ENTRY_EXISTS: {
    kind: 'user',
    summary: 'extensions.json has that entry already.',
    remedy: 'Change the entry that there is, or remove it first with `backlot extensions uninstall`.',
  },
  BACKLOT_E_SPEC_INVALID: {
    kind: 'user',
    summary: 'The spec of an extension cannot be understood.',
    remedy:
      'Write a package name with an optional range or tag, a folder (file:./folder), a tarball (file:./x.tgz or its ' +
      'URL), or a git repository (github:owner/repo#ref&path:folder); docs/reference/specs.md has every form.',
  },

  // Installing
  BACKLOT_E_PACKAGE_NOT_FOUND: {
    kind: 'user',
    summary: 'There is no package of that name, or no folder or tarball at that path.',
    remedy: 'Check the spelling, and that the path is visible where Backlot runs (mounted into the container).',
  },
  BACKLOT_E_VERSION_NOT_FOUND: {
    kind: 'user',
    summary: 'The package exists, but no version of it matches the range or tag.',
    remedy: 'Choose one of the versions that exist.',
  },
  BACKLOT_E_HOST_UNREACHABLE: {
    kind: 'system',
    summary: 'The host of a git repository or a tarball could not be found, refused the connection, or did not answer.',
    remedy: 'Check the name of the host, the network and proxy settings; what was fetched once needs no network.',
  },
  BACKLOT_E_ACCESS_REFUSED: {
    kind: 'user',
    summary: 'The host of a tarball wants credentials, or others than it was given.',
    remedy: 'Put credentials that may read it into the URL (https://user:token@host/…), or take another address.',
  },
  BACKLOT_E_TARBALL_INVALID: {
    kind: 'user',
    summary: 'A file is not the tarball of an npm package.',
    remedy:
      'Make the tarball with `npm pack`, and check that the address leads to the file and not to a page about it.',
  },
  BACKLOT_E_REPOSITORY_NOT_FOUND: {
    kind: 'user',
    summary: 'The git repository does not exist, or may not be read; hosts make both look alike.',
    remedy:
      'Check the spelling of the address; for a private repository, see that git can read it without asking ' +
      '(an ssh key, a credential helper, or https://user:token@host/…).',
  },
  BACKLOT_E_REF_NOT_FOUND: {
    kind: 'user',
    summary: 'The git repository has no such branch, tag or commit, or no tag in the range.',
    remedy: 'Choose one of the branches and tags that exist.',
  },
  BACKLOT_E_SUBDIRECTORY_NOT_FOUND: {
    kind: 'user',
    summary: 'The git repository has no such folder at that ref.',
    remedy: 'Choose one of the folders that hold a package.json.',
  },
  BACKLOT_E_GIT_MISSING: {
    kind: 'user',
    summary: 'A spec names a git repository, and git is not installed.',
    remedy: 'Install git where Backlot runs and put it on the PATH, or give the URL of a tarball.',
  },
  BACKLOT_E_REGISTRY_UNREACHABLE: {
    kind: 'system',
    summary: 'The package registry did not answer.',
    remedy: 'Check the network and proxy settings, or install once with a network: a later start needs none.',
  },
  BACKLOT_E_REGISTRY_REFUSED: {
    kind: 'user',
    summary: 'The registry does not let us read the package, or wants to know who asks.',
    remedy: 'Run `backlot login`, with --registry and --scope where the package is in a registry of its own.',
  },
  BACKLOT_E_REGISTRY_INVALID: {
    kind: 'system',
    summary: 'The registry answered with something that no registry of npm packages answers.',
    remedy:
      'Check the address of the registry in .npmrc, and what stands between it and this machine (a proxy, a portal).',
  },
  BACKLOT_E_INTEGRITY: {
    kind: 'user',
    summary: 'The bytes of a package changed since they were locked.',
    remedy: 'If the change is meant, run `backlot extensions update NAME`; if not, do not trust the package.',
  },
  BACKLOT_E_OFFLINE: {
    kind: 'user',
    summary: 'A package is not kept in the volume, and the network may not be used.',
    remedy: 'Install once with a network, or bring the volume of an installation that had one.',
  },
  BACKLOT_E_CREDENTIALS_NOT_WRITABLE: {
    kind: 'user',
    summary: 'The file that keeps the credentials of registries cannot be read or written.',
    remedy: 'Let your user write the file, or name another one with BACKLOT_NPMRC.',
  },
  BACKLOT_E_LIVE_FAILED: {
    kind: 'system',
    summary: 'The running Backlot did not answer a change of its extensions as it should.',
    remedy: 'Read its log (`backlot logs`), or apply the change with `backlot restart`.',
  },
  BACKLOT_E_INSTALL_FAILED: {
    kind: 'system',
    summary: 'The package installer failed.',
    remedy: 'Read the installer’s own words below the error.',
  },
  BACKLOT_E_VOLUME_NOT_WRITABLE: {
    kind: 'user',
    summary: 'The volume cannot be written to.',
    remedy: 'Mount a volume that the user of the container (uid 1000) may write to, or set BACKLOT_VOLUME.',
  },
  BACKLOT_E_VOLUME_FULL: {
    kind: 'user',
    summary: 'There is no space left on the disk of the volume.',
    remedy: 'Make room on it, or set BACKLOT_VOLUME to a place with more. What was installed before is untouched.',
  },
  BACKLOT_E_VOLUME_BUSY: {
    kind: 'user',
    summary: 'Another process is installing into the same volume and did not finish in time.',
    remedy: 'Wait for it or stop it; give each instance a volume of its own.',
  },

  // The lock
  BACKLOT_E_LOCK_INVALID: {
    kind: 'user',
    summary: 'extensions.lock.json cannot be understood.',
    remedy: 'Take the last version of it that worked, or delete it and run `backlot extensions install`.',
  },
  BACKLOT_E_LOCK_MISSING: {
    kind: 'user',
    summary: 'A frozen lock was asked for, and there is none.',
    remedy: 'Run `backlot extensions install` once and commit the extensions.lock.json that it writes.',
  },
  BACKLOT_E_LOCK_DRIFT: {
    kind: 'user',
    summary: 'The list asks for something that the frozen lock does not hold.',
    remedy: 'Run `backlot extensions install`, and commit extensions.lock.json beside extensions.json.',
  },
  BACKLOT_E_LOCK_NOT_WRITABLE: {
    kind: 'user',
    summary: 'extensions.lock.json cannot be written.',
    remedy: 'Let it be written, or hold to it as it is with --frozen (BACKLOT_FROZEN=1).',
  },

  // Developing
  BACKLOT_E_FOLDER_NOT_EMPTY: {
    kind: 'user',
    summary: 'A new extension would be written into a folder that holds something.',
    remedy: 'Name another folder, or one that is not there yet.',
  },
  BACKLOT_E_DEV_LIST_INVALID: {
    kind: 'user',
    summary: 'extensions.dev.json, the list of folders that are developed, cannot be read.',
    remedy: 'Mend the file at the line and column named, or delete it: it holds { "folders": ["./my-extension"] }.',
  },
  BACKLOT_E_DEV_NOT_ENABLED: {
    kind: 'user',
    summary: 'The folder or extension is not enabled for development.',
    remedy: 'See what is with `backlot extensions dev list`.',
  },

  BACKLOT_E_WATCH_FAILED: {
    kind: 'system',
    summary: 'The folder of an extension that is developed cannot be watched for changes.',
    remedy: 'Let the machine watch more files (fs.inotify.max_user_watches), or set BACKLOT_DEV_POLL=1.',
  },

  // From a package to a living extension
  BACKLOT_E_MANIFEST_MISSING: {
    kind: 'user',
    summary: 'The package does not say which extensions it holds.',
    remedy: 'Add "backlot": { "extensions": { "name": "./dist/extension.js#ClassName" } } to its package.json.',
  },
  BACKLOT_E_MANIFEST_INVALID: {
    kind: 'user',
    summary: 'The "backlot" part of the package.json of an extension is wrong.',
    remedy: 'Each key is an extension’s name, each value a module path in the package with an optional #export.',
  },
  BACKLOT_E_VERSION_MISMATCH: {
    kind: 'user',
    summary: 'The extension asks for another version of Backlot than the one that runs.',
    remedy: 'Install a version of the extension that supports this Backlot, or run the Backlot that it asks for.',
  },
  BACKLOT_E_MODULE_NOT_FOUND: {
    kind: 'user',
    summary: 'The module that the manifest names is not in the package.',
    remedy: 'Build the extension before it is installed, and see that "files" in its package.json includes the module.',
  },
  BACKLOT_E_DEPENDENCY_MISSING: {
    kind: 'user',
    summary: 'The extension imports a package that it does not bring along.',
    remedy: 'Add the package to "dependencies" in the package.json of the extension.',
  },
  BACKLOT_E_IMPORT_FAILED: {
    kind: 'user',
    summary: 'The module of the extension threw while it was imported.',
    remedy: 'The cause and its stack are below; mend the extension.',
  },
  BACKLOT_E_EXPORT_MISSING: {
    kind: 'user',
    summary: 'The module of the extension has no such export.',
    remedy: 'Name an export that exists after # in the manifest; without # the default export is taken.',
  },
  BACKLOT_E_NOT_AN_EXTENSION: {
    kind: 'user',
    summary: 'The export of the module is not a class that extends Extension.',
    remedy: 'Export a class that extends Extension from "backlot".',
  },
  BACKLOT_E_NAME_MISMATCH: {
    kind: 'user',
    summary: 'The class has another name than the manifest gives it.',
    remedy: 'Make the name property of the class and the key in the manifest the same.',
  },
  BACKLOT_E_NAME_UNKNOWN: {
    kind: 'user',
    summary: 'The package holds no extension of the name that the entry asks for.',
    remedy: 'Use one of the names that the package holds.',
  },
  BACKLOT_E_NAME_TAKEN: {
    kind: 'user',
    summary: 'Two extensions have the same name.',
    remedy: 'Remove one of the two from extensions.json.',
  },
  BACKLOT_E_CONFIG_INVALID: {
    kind: 'user',
    summary: 'The "config" of an extension does not fit the extension’s own schema.',
    remedy: 'Mend "config" in the entry of the extension.',
  },
  BACKLOT_E_CONFIG_AMBIGUOUS: {
    kind: 'user',
    summary: 'An entry has a "config" or a "seed", and its package holds several extensions.',
    remedy: 'Say which one it is for with "name"; list the package once for each.',
  },

  // The life of an extension
  BACKLOT_E_HOOK_FAILED: {
    kind: 'user',
    summary: 'A hook of the extension threw.',
    remedy: 'The cause and its stack are below; mend the extension.',
  },
  BACKLOT_E_HOOK_TIMEOUT: {
    kind: 'user',
    summary: 'A hook of the extension did not finish in time.',
    remedy: 'Do slow work without awaiting it in the hook, or raise BACKLOT_HOOK_TIMEOUT (seconds).',
  },
  BACKLOT_E_DECLARATION_INVALID: {
    kind: 'user',
    summary: 'What an extension declares about its files or its containers is wrong.',
    remedy: 'Mend the declaration in the class of the extension; docs/guides/writing-an-extension.md shows them.',
  },
  BACKLOT_E_CONTAINER_ENGINE: {
    kind: 'user',
    summary: 'An extension runs a container, and no container engine can be reached from where Backlot runs.',
    remedy:
      'On a machine, start Docker, Podman or Colima, or set DOCKER_HOST. In a container, hand the engine in: `backlot start --docker` ' +
      '(the package.json of the extension says `"containers": true` in "backlot"), or ' +
      '`-v /var/run/docker.sock:/var/run/docker.sock --group-add $(stat -c %g /var/run/docker.sock)`, or `-e DOCKER_HOST=tcp://…`.',
  },
  BACKLOT_E_CONTAINER_UNHEALTHY: {
    kind: 'user',
    summary: 'The container of an extension did not become healthy in time.',
    remedy:
      'Its last log lines say how far it came; mend its health check, or give it more time with "timeout" (seconds).',
  },
  BACKLOT_E_WITHDRAWN: {
    kind: 'user',
    summary: 'An extension that was withdrawn tried to add to the gateway.',
    remedy: 'See the earlier error that led to its withdrawal.',
  },
  BACKLOT_E_LATE_ERROR: {
    kind: 'user',
    summary: 'An error escaped from an extension outside of any hook or request.',
    remedy: 'Catch it in the extension: await the promise, listen for "error", guard the timer.',
  },
  BACKLOT_E_EXTENSION_STALLED: {
    kind: 'user',
    summary: 'Code of the extension held the event loop for so long that the runtime was restarted without it.',
    remedy:
      'Mend the place that is named: a loop without an end, a regular expression that backtracks, a call that blocks. ' +
      '`backlot extensions reload NAME` brings the extension back; BACKLOT_STALL_LIMIT (seconds, 0 for never) is the limit.',
  },
  BACKLOT_E_NO_PLATFORM: {
    kind: 'user',
    summary: 'An extension used a service of the platform without being loaded by a platform.',
    remedy: 'Let the platform construct the extension; do not call its constructor yourself.',
  },
  BACKLOT_E_REQUIRED_FAILED: {
    kind: 'user',
    summary: 'An extension that is required could not be started, so Backlot was not started either.',
    remedy: 'Mend the extension as its own error says, or remove "required": true from its entry.',
  },

  // The gateway
  BACKLOT_E_ROUTE_CONFLICT: {
    kind: 'user',
    summary: 'Two routes have exactly the same method, host, path and priority, or two protocols the same name.',
    remedy: 'Change one of the two, or remove one of the two extensions.',
  },
  BACKLOT_E_ROUTE_INVALID: {
    kind: 'user',
    summary:
      'A route has a path, a host, a priority or an endpoint that cannot be used, or a protocol is not complete.',
    remedy:
      'A path starts with "/" or is "*", with parameters such as :id or :id{int}; an endpoint is a function; a protocol has ' +
      'name, detect and handle.',
  },
  BACKLOT_E_HANDLER_INVALID: {
    kind: 'user',
    summary: 'A handler that was added to the chain is not a function.',
    remedy: 'Add a function (chain, context, response) => …',
  },
  BACKLOT_E_BODY_TAKEN: {
    kind: 'user',
    summary: 'The body of a request was asked for when its bytes had gone to somebody else already.',
    remedy:
      'Read it with context.body only, and before anything reads the request itself; take body.buffer() instead of ' +
      'body.stream() where it is needed more than once.',
  },
  BACKLOT_E_PROXY_TARGET_INVALID: {
    kind: 'user',
    summary: 'Requests are to be passed on to something that is not the URL of a server.',
    remedy: 'Give a URL with http:, https: or http+unix:, without a query; a function must give one for each request.',
  },
  BACKLOT_E_PROXY_UNREACHABLE: {
    kind: 'user',
    summary: 'The server that a request was to be passed on to could not be reached. Clients see a 502.',
    remedy: 'Check that the server runs and listens at the address named, as seen from where Backlot runs.',
  },
  BACKLOT_E_PROXY_BROKEN: {
    kind: 'user',
    summary: 'The server that a request was passed on to broke off, or its answer is not HTTP. Clients see a 502.',
    remedy:
      'Read the log of that server; check that the port named speaks HTTP, and the URL has the right one of http and https.',
  },
  BACKLOT_E_PROXY_TIMEOUT: {
    kind: 'user',
    summary: 'The server that a request was passed on to took longer than it may. Clients see a 504.',
    remedy: 'Read the log of that server, or allow more time with connectTimeout, firstByteTimeout or idleTimeout.',
  },
  BACKLOT_E_PROXY_LOOP: {
    kind: 'user',
    summary: 'A request that was passed on to another server came back to the proxy that sent it. Clients see a 508.',
    remedy: 'Let the target be the other server’s address, and not one that leads to the gateway.',
  },
  BACKLOT_E_HANDLER_FAILED: {
    kind: 'user',
    summary: 'A handler or an endpoint of an extension threw while it served a request.',
    remedy: 'The cause and its stack are in the log; mend the extension.',
  },
  BACKLOT_E_PORT_IN_USE: {
    kind: 'user',
    summary: 'The address that the gateway should listen on is taken by another process.',
    remedy: 'Stop the other process, or choose another address with GATEWAY_LISTEN.',
  },
  BACKLOT_E_LISTEN_FAILED: {
    kind: 'user',
    summary: 'The gateway cannot listen on the address.',
    remedy: 'Choose an address of this machine and a port above 1023 with GATEWAY_LISTEN.',
  },
  BACKLOT_E_CERTIFICATE_UNREADABLE: {
    kind: 'user',
    summary: 'The certificate file of CUSTOM_SSL_CERT_PATH cannot be read.',
    remedy: 'Point CUSTOM_SSL_CERT_PATH at a file that the platform may read; in a container, at where it is mounted.',
  },
  BACKLOT_E_CERTIFICATE_INVALID: {
    kind: 'user',
    summary: 'The file of CUSTOM_SSL_CERT_PATH does not hold a private key with its certificate.',
    remedy: 'Put the private key, not encrypted, its certificate and the chain above it into one PEM file.',
  },

  // Changes over HTTP
  BACKLOT_E_REQUEST_INVALID: {
    kind: 'user',
    summary: 'The body of a request to the platform itself cannot be understood.',
    remedy: 'docs/reference/internal-endpoints.md says what each resource takes.',
  },
  BACKLOT_E_EXTENSION_NOT_FOUND: {
    kind: 'user',
    summary: 'There is no extension of that name.',
    remedy: 'Use the name of one that is there: `backlot extensions list`.',
  },
  BACKLOT_E_ORIGIN_REFUSED: {
    kind: 'user',
    summary: 'A page in a browser that comes from elsewhere asked for, or tried to change, what is the platform’s own.',
    remedy: 'Use a program or the command instead, or a page that an extension of this platform serves.',
  },
  BACKLOT_E_HOST_REFUSED: {
    kind: 'user',
    summary: 'A request for a resource of the platform itself came under a host name that is not known to be ours.',
    remedy: 'Use localhost, an IP address or a name without a dot, or list the name in BACKLOT_ALLOWED_HOSTS.',
  },
  BACKLOT_E_ADMIN_TOKEN: {
    kind: 'user',
    summary: 'The platform was started with BACKLOT_ADMIN_TOKEN, and the request does not show that token.',
    remedy: 'Send the header `Authorization: Bearer TOKEN`; the command takes it from BACKLOT_ADMIN_TOKEN.',
  },

  // The host side
  BACKLOT_E_ENGINE_NOT_FOUND: {
    kind: 'user',
    summary: 'No container engine answers on this machine.',
    remedy: 'Start Docker, Podman or Colima, or set DOCKER_HOST; `backlot start --host` runs without any of them.',
  },
  BACKLOT_E_ENGINE_FAILED: {
    kind: 'system',
    summary: 'The container engine refused what it was asked for, or did not answer in time.',
    remedy: 'Read the engine’s own words in the message; see that it is healthy, for instance with `docker info`.',
  },
  BACKLOT_E_IMAGE_NOT_FOUND: {
    kind: 'user',
    summary: 'The image is not on this machine, cannot be built here and cannot be pulled.',
    remedy: 'Check the name of the image (--image or IMAGE_NAME), or run from a checkout, where it can be built.',
  },
  BACKLOT_E_IMAGE_BUILD_FAILED: {
    kind: 'system',
    summary: 'An image could not be built from its folder.',
    remedy: 'Read the builder’s own words in the message.',
  },
  BACKLOT_E_CONTAINER_NOT_FOUND: {
    kind: 'user',
    summary: 'There is no container of that name.',
    remedy: 'Run `backlot start`, or name another container with --name or MAIN_CONTAINER_NAME.',
  },
  BACKLOT_E_COMMAND_NOT_FOUND: {
    kind: 'user',
    summary: 'The container has no such program.',
    remedy: 'Check the spelling, or give its whole path; what a shell has to look at needs `sh -c "…"`.',
  },
  BACKLOT_E_COMMAND_REFUSED: {
    kind: 'user',
    summary: 'The container has the program, but it cannot be run so.',
    remedy: 'Check the working directory, the user, and whether the file may be executed.',
  },
  BACKLOT_E_CONTAINER_NAME_TAKEN: {
    kind: 'user',
    summary: 'A container that `backlot start` did not make has that name.',
    remedy: 'Remove or rename that container, or choose another name with --name or MAIN_CONTAINER_NAME.',
  },
  BACKLOT_E_CONTAINER_OUTDATED: {
    kind: 'user',
    summary: 'A container runs already, from an older image or with other settings than were asked for.',
    remedy: 'Run `backlot restart` with the same options.',
  },
  BACKLOT_E_CONTAINER_EXITED: {
    kind: 'user',
    summary: 'The container ended by itself.',
    remedy: 'Its last log lines say why.',
  },
  BACKLOT_E_START_TIMEOUT: {
    kind: 'user',
    summary: 'The container did not become ready in time.',
    remedy: 'Its last log lines say how far it came; allow more time with --timeout (seconds).',
  },
  BACKLOT_E_OPTION_INVALID: {
    kind: 'user',
    summary: 'An option of a command or of `backlot/host` has a value that it may not have.',
    remedy: 'Give it a value of the kind named.',
  },

  // What extensions keep
  BACKLOT_E_STATE_KEY_EXISTS: {
    kind: 'user',
    summary: 'A value was to be inserted under a key that has one.',
    remedy: 'Use `put` to replace what there is, or `update` to change it.',
  },
  BACKLOT_E_STATE_KEY_INVALID: {
    kind: 'user',
    summary: 'A key or a range of keys is not one.',
    remedy: 'Give a string, a finite number, or an array of both; a limit is a whole number that is not negative.',
  },
  BACKLOT_E_STATE_VALUE_INVALID: {
    kind: 'user',
    summary: 'A value cannot be kept: JSON cannot hold it, or a collection of bytes was given something else.',
    remedy:
      'Give what JSON can hold (no functions, no BigInt, nothing that contains itself), or a Uint8Array for bytes.',
  },
  BACKLOT_E_STATE_COLLECTION_INVALID: {
    kind: 'user',
    summary: 'A collection cannot have that name, or is of the other kind (JSON or bytes).',
    remedy: 'Take another name for it; values and bytes cannot be in one collection.',
  },
  BACKLOT_E_STATE_INDEX_UNKNOWN: {
    kind: 'user',
    summary: 'A collection was asked for an index that it was not declared with.',
    remedy: 'Declare it: this.state.collection(name, { indexes: { email: (customer) => customer.email } }).',
  },
  BACKLOT_E_STATE_INDEX_FAILED: {
    kind: 'user',
    summary: 'The function of an index threw, or gave something that is no key.',
    remedy: 'Let it bear every value of the collection, also those of earlier versions; `undefined` leaves one out.',
  },
  BACKLOT_E_STATE_TRANSACTION: {
    kind: 'user',
    summary: 'Something was done in a transaction that cannot be done in one.',
    remedy:
      'Await before or after it: a transaction is synchronous, and neither resets nor saves the state that it is in.',
  },
  BACKLOT_E_STATE_FENCED: {
    kind: 'user',
    summary: 'The state that this belongs to was reset, restored or deleted meanwhile.',
    remedy: 'Nothing was written, as it should be. Repeat the request if it was meant for the new state.',
  },
  BACKLOT_E_STATE_NAME_INVALID: {
    kind: 'user',
    summary: 'A snapshot or a sandbox cannot have that name.',
    remedy: 'Take 1 to 63 letters, digits, dashes, dots and underscores, beginning with a letter or a digit.',
  },
  BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND: {
    kind: 'user',
    summary: 'There is no snapshot of that name.',
    remedy: 'See which there are with `backlot state list`.',
  },
  BACKLOT_E_STATE_FILE_INVALID: {
    kind: 'user',
    summary: 'What was to be imported is no export of a state.',
    remedy: 'Give a file that `backlot state export` wrote, or that GET /_backlot/state/export gave, as it is.',
  },
  BACKLOT_E_STATE_FILE_NEWER: {
    kind: 'user',
    summary: 'An export of a state was written by a newer version of Backlot. Nothing was imported.',
    remedy: 'Import it into that version or a newer one.',
  },
  BACKLOT_E_STATE_FILE_TRUNCATED: {
    kind: 'user',
    summary: 'An export of a state ends too early. Nothing was imported.',
    remedy: 'Copy the file again, or export the state again: a download or a copy of it broke off.',
  },
  BACKLOT_E_STATE_FILE_DAMAGED: {
    kind: 'user',
    summary: 'An export of a state is damaged. Nothing was imported.',
    remedy: 'Copy the file again, as bytes and not as text, or export the state again.',
  },
  BACKLOT_E_STATE_FILE_CHECKSUM: {
    kind: 'user',
    summary: 'The content of an export of a state is not what was exported. Nothing was imported.',
    remedy: 'Take the file as it was exported; to change data by hand, use a seed.',
  },
  BACKLOT_E_STATE_FILE_UNREADABLE: {
    kind: 'user',
    summary: 'The file of an export cannot be read or written.',
    remedy: 'See that the path is right, and that you may read and write there.',
  },
  BACKLOT_E_SEED_NOT_FOUND: {
    kind: 'user',
    summary: 'The seed of an extension is not there, or cannot be read.',
    remedy:
      'Correct the path: a relative one is relative to extensions.json. A container sees only what is mounted into it.',
  },
  BACKLOT_E_SEED_SYNTAX: {
    kind: 'user',
    summary: 'A seed file is not JSON or YAML.',
    remedy: 'Mend the file at the place that the message names.',
  },
  BACKLOT_E_SEED_INVALID: {
    kind: 'user',
    summary: 'An extension refused its seed.',
    remedy: 'Compare the file with what the extension documents about its seed.',
  },
  BACKLOT_E_SEED_UNWANTED: {
    kind: 'user',
    summary: 'An extension has a seed in extensions.json and takes none.',
    remedy: 'Take "seed" out of the entry. An author takes seeds by this.state.onSeed((data) => …).',
  },
  BACKLOT_E_SANDBOX_NOT_FOUND: {
    kind: 'user',
    summary: 'There is no sandbox of that name.',
    remedy: 'See which there are: `GET /_backlot/sandboxes`. A request that names one makes it.',
  },
  BACKLOT_E_SANDBOX_EXISTS: {
    kind: 'user',
    summary: 'The sandbox is there already, and began as something else than what was asked for.',
    remedy: 'Delete it before, or take another name.',
  },
  BACKLOT_E_STATE_DAMAGED: {
    kind: 'user',
    summary:
      'The file that keeps the state of extensions is damaged. It was set aside, and nothing was put in its place.',
    remedy:
      'Put a copy of the file that is whole back under its name; or set BACKLOT_STATE_DAMAGED=begin-empty for one start, ' +
      'which begins with an empty state and leaves the damaged file where it is.',
  },
  BACKLOT_E_STATE_NEWER: {
    kind: 'user',
    summary: 'The state was written by a newer version of Backlot.',
    remedy: 'Run that version or a newer one, or give this one another volume.',
  },
  BACKLOT_E_STATE_TAKEN: {
    kind: 'user',
    summary: 'Another Backlot has opened the same volume and keeps its state there now.',
    remedy: 'Stop one of the two; give each a volume of its own.',
  },
  BACKLOT_E_STATE_WRITE_FAILED: {
    kind: 'system',
    summary: 'The volume did not take a change of the state. Nothing was changed.',
    remedy: 'Make room on the disk of the volume, and see that it is still mounted and writable.',
  },
  BACKLOT_E_STATE_ENGINE: {
    kind: 'system',
    summary: 'The engine that keeps the state of extensions cannot be loaded or cannot open its file.',
    remedy:
      'See that the volume can be written to and that the packages of Backlot were installed for this machine (lmdb is ' +
      'native); without PERSISTENCE=1 none is needed.',
  },

  // Clocks and webhooks
  BACKLOT_E_CLOCK_INVALID: {
    kind: 'user',
    summary: 'The clock was given a time or a span that it cannot have.',
    remedy: 'Give times in whole milliseconds since 1970, and spans in whole milliseconds, 0 or more.',
  },
  BACKLOT_E_CLOCK_STUCK: {
    kind: 'user',
    summary: 'The clock was advanced, and a timer that ran by it was not over in time.',
    remedy: 'Let the timer wait by `await this.clock.sleep(…)` where it waits for the clock, and else finish sooner.',
  },
  BACKLOT_E_WEBHOOK_INVALID: {
    kind: 'user',
    summary: 'A webhook cannot be sent to that endpoint, with that payload, or with that option.',
    remedy: 'Mend what is named in the extension that sends it, or what the endpoint was configured with.',
  },
  BACKLOT_E_WEBHOOK_NOT_FOUND: {
    kind: 'user',
    summary: 'The outbox has no such delivery.',
    remedy: 'See what it has by listing it; of the deliveries that are over, the last 1000 are kept.',
  },

  // The platform
  BACKLOT_E_SETTING_INVALID: {
    kind: 'user',
    summary: 'An environment variable has a value that it may not have.',
    remedy: 'Give it a value of the kind named; docs/reference/configuration.md lists them all.',
  },
  BACKLOT_E_RUNTIME_CRASHED: {
    kind: 'system',
    summary: 'The runtime process ended unexpectedly, and restarting it did not help.',
    remedy: 'Read the log lines before the crash; remove the extension that was loaded last.',
  },
  BACKLOT_E_INTERNAL: {
    kind: 'system',
    summary: 'A mistake of Backlot’s own.',
    remedy: 'Please report it, with the log.',
  },
} as const satisfies Record<`BACKLOT_E_${string}`, ErrorDescription>;

/** One row of the table of error codes. */
export interface ErrorDescription {
  readonly kind: 'user' | 'system';
  readonly summary: string;
  readonly remedy: string;
}

/** Every code that an error of Backlot can have. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/** Where something went wrong, as far as it is known. Lines and columns start at 1. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly extension?: string;
  readonly hook?: string;
}

/** What an error carries besides its code and message. */
export interface ErrorDetails {
  readonly where?: ErrorPlace;
  /** What to do; the table's own words when left out. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** An error as it looks when it travels between processes or over HTTP. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: ErrorPlace;
  readonly remedy: string;
  readonly cause?: string;
}

/** An error with a code of {@link ERROR_TABLE}: what happened, where, and what to do about it. */
export class BacklotError extends Error {
  override readonly name = 'BacklotError';
  readonly code: ErrorCode;
  readonly where: ErrorPlace;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where ?? {};
    this.remedy = details.remedy ?? ERROR_TABLE[code].remedy;
  }

  /** `user` when its user or an extension's author can mend it, `system` when it is Backlot's or the machine's. */
  get kind(): ErrorDescription['kind'] {
    return ERROR_TABLE[this.code].kind;
  }

  /** The same error with more known about its place. What is already known stays. */
  at(place: ErrorPlace): BacklotError {
    const moved = new BacklotError(this.code, this.message, {
      where: { ...place, ...this.where },
      remedy: this.remedy,
      cause: this.cause,
    });
    if (this.stack !== undefined) moved.stack = this.stack;
    return moved;
  }

  /** As plain data; the cause becomes the text of its stack. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      message: this.message,
      where: this.where,
      remedy: this.remedy,
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
    };
  }

  /** The error that {@link toJSON} wrote down. */
  static from(data: SerializedError): BacklotError {
    return new BacklotError(data.code, data.message, data);
  }

  /**
   * The error for people: code and message on the first line, then place, remedy and cause, each on lines of its own
   * and indented by two spaces.
   */
  format(): string {
    const lines = [`${this.code}  ${this.message}`];
    const place = formatPlace(this.where);
    if (place) lines.push(`  where: ${place}`);
    lines.push(`  to do: ${this.remedy}`);
    if (this.cause !== undefined) lines.push(...`cause: ${describeCause(this.cause)}`.split('\n').map((l) => `  ${l}`));
    return lines.join('\n');
  }
}

/** `file:line:column, extension x, hook y`, with what is known of it. */
export function formatPlace(where: ErrorPlace): string {
  const parts: string[] = [];
  if (where.file !== undefined) {
    parts.push([where.file, where.line, where.column].filter((part) => part !== undefined).join(':'));
  }
  if (where.extension !== undefined) parts.push(`extension ${where.extension}`);
  if (where.hook !== undefined) parts.push(`hook ${where.hook}`);
  return parts.join(', ');
}

/** Any thrown value as a BacklotError: itself if it is one, else wrapped with the code and message given. */
export function asBacklotError(thrown: unknown, code: ErrorCode, message: string, where?: ErrorPlace): BacklotError {
  if (thrown instanceof BacklotError) return where ? thrown.at(where) : thrown;
  return new BacklotError(code, message, { cause: thrown, ...(where ? { where } : {}) });
}

/** The text of a thrown value: the stack of an error where it has one, and the causes below it. */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : (safeJson(cause) ?? String(cause));
  const own = cause.stack ?? `${cause.name}: ${cause.message}`;
  return cause.cause === undefined ? own : `${own}\ncaused by: ${describeCause(cause.cause)}`;
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
