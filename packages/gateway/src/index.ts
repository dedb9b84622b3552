export { serve, type RunningGateway, type ServeOptions } from './serve.ts';
export { gatewaySchema, scopes, type GatewaySettings, type Scope } from './settings.ts';
