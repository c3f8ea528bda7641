/** Labels of the containers of extensions. They tell whose they are, and whether somebody still needs them. */
export const EXTENSION_LABEL = 'dev.backlot.extension';
export const SESSION_LABEL = 'dev.backlot.session';
