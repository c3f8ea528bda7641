/** The public API: what `import … from 'backlot'` gives to an extension, and nothing else. */
export { Extension, type ConfigOf } from './extension';
export { BacklotError, type ErrorCode, type ErrorDetails, type ErrorPlace } from './errors';
export { ContainerExtension, type ContainerProtocol, type ContainerRoute } from './container-extension';
export type {
  ContainerDeclaration,
  Containers,
  ContainerState,
  HealthCheck,
  PortReference,
  RunningContainer,
} from './containers';
export { HttpError } from './http-error';
export { eventStream, type EventStream, type EventStreamOptions, type ServerSentEvent } from './event-stream';
export type { BodyOptions, Form, FormFile, RequestBody } from './request-body';
export { WebAppExtension } from './web-app-extension';
export type { WebRouter } from './places-router';
export type {
  AddRoute,
  Body,
  CorsOptions,
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
  PathValues,
  Protocol,
  RequestContext,
  Resource,
  RequestHandlers,
  ResponseHandlerOptions,
  ResponseHandlers,
  Route,
  Router,
} from './gateway';
export type { HeaderChanges, ProxyHeaders, ProxyOptions, ProxyTarget } from './proxy';
export type { Processes, Sockets, Timer, Timers } from './resources';
export type { Clock } from './clock';
export type { Ids } from './ids';
export type { PlatformInfo } from './services';
export type {
  ChooseProtocol,
  MountOptions,
  UpgradeListener,
  WebSocket,
  WebSocketEndpoint,
  WebSocketOptions,
} from './websocket';
export type {
  Collection,
  CollectionOptions,
  IndexEquals,
  IndexFunction,
  IndexRange,
  IndexView,
  Key,
  Range,
  State,
} from './state';
export type {
  Delivery,
  DeliveryAttempt,
  DeliveryFilter,
  DeliveryState,
  Drained,
  WebhookAttempt,
  WebhookEndpoint,
  WebhookOptions,
  Webhooks,
  WebhookSettings,
  WebhookSigner,
} from './webhooks';
export type { Logger } from 'winston';
