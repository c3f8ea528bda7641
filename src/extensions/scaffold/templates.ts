/** What a new extension can start from: a folder in templates/ each. */
export const TEMPLATES = {
  basic: 'a route, a request handler, a response handler and a configuration',
  'web-app': 'pages, static files and an API, below a path and on a host of its own',
  container: 'a server in a container, behind the gateway',
} as const;

export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as TemplateName[];
