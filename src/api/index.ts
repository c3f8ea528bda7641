/** The public API: what `import … from 'backlot'` gives to an extension, and nothing else. */
export { Extension, type ConfigOf } from './extension';
export { BacklotError, type ErrorCode, type ErrorDetails, type ErrorPlace } from './errors';
export { HttpError } from './http-error';
export type {
  AddRoute,
  Body,
  Endpoint,
  ExceptionHandler,
  ExceptionHandlers,
  ExpressHandler,
  GatewayRequest,
  GatewayResponse,
  Handler,
  HandlerChain,
  Handlers,
  Listener,
  PathParams,
  Protocol,
  RequestContext,
  Route,
  Router,
} from './gateway';
export type { Processes, Sockets, Timer, Timers } from './resources';
export type { PlatformInfo } from './services';
export type { Logger } from 'winston';
