export type { TelemetryOptions } from './recording.ts';
export { telemetryLayer } from './telemetry-layer.ts';
export { telemetryLogger } from './telemetry-logger.ts';
