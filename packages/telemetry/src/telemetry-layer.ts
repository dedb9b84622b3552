import { aroundCalls, type Archive, type Call, type Content, type Layer, type Operation } from '@filesource/core';
import { observeBody } from './observed-body.ts';
import { observeOperation } from './observed-operation.ts';
import { Recording, type TelemetryOptions } from './recording.ts';

/**
 * OpenTelemetry spans and metrics of every call: see the README for their names. Without an SDK in the process it costs next to nothing.
 * - Right: `telemetry > error-context`, as an observer. What it sees was redacted, and one span is one call, however often it was tried.
 * - Wrong: `error-context > telemetry` (errors as they came from the vendor), `retry > telemetry` (every attempt would look like a call).
 */
export function telemetryLayer(options: TelemetryOptions): Layer {
  return {
    name: 'telemetry',
    wrap: (inner) =>
      aroundCalls(inner, (call, run) => {
        const recording = Recording.start(call.name, options, call.ref);
        return recording === undefined ? run(call.signal) : observe(call, run, recording, options);
      }),
  };
}

async function observe<T>(call: Call, run: (signal: AbortSignal | undefined) => Promise<T>, recording: Recording, options: TelemetryOptions): Promise<T> {
  const { instruments, attributes } = recording;
  const answered = (): void => {
    instruments?.active.add(-1, attributes);
    instruments?.calls.add(1, attributes);
    instruments?.duration.record(recording.seconds, attributes);
  };
  instruments?.active.add(1, attributes);
  try {
    const value = await recording.within(() => run(call.signal));
    answered();
    if (call.name === 'open' || call.name === 'open-archive') {
      const content = value as unknown as Content;
      return { ...value, body: observeBody(content.body, recording) };
    }
    recording.end();
    return call.name === 'archive' || call.name === 'attach' ? (observeOperation(value as unknown as Operation<Archive>, options) as unknown as T) : value;
  } catch (error) {
    answered();
    recording.end(error);
    throw error;
  }
}
