/** What the name of an extension looks like: lower-case letters, digits and dashes, with a letter or digit at both ends. */
export const EXTENSION_NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
