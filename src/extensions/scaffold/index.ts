export { createExtension, type MadeExtension, type NewExtension } from './new-extension';
export { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from './templates';
