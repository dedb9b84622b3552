import { createNoopMeter, metrics, type Counter, type Histogram, type Meter, type MeterProvider, type UpDownCounter } from '@opentelemetry/api';

export const scope = '@filesource/telemetry';

export interface Instruments {
  readonly calls: Counter;
  readonly failures: Counter;
  readonly active: UpDownCounter;
  readonly duration: Histogram;
  readonly bytes: Counter;
  readonly bodyDuration: Histogram;
  readonly activeBodies: UpDownCounter;
  readonly breakerChanges: Counter;
}

let seen: MeterProvider | undefined;
let instruments: Instruments | undefined;

/** The instruments of the SDK that is registered now; `undefined` for none. The API, unlike that of traces, forgets who asked before. */
export function instrumentsNow(): Instruments | undefined {
  const provider = metrics.getMeterProvider();
  if (provider !== seen) {
    seen = provider;
    const meter = provider.getMeter(scope);
    instruments = meter === createNoopMeter() ? undefined : createInstruments(meter);
  }
  return instruments;
}

function createInstruments(meter: Meter): Instruments {
  return {
    calls: meter.createCounter('filesource.calls', { description: 'Calls of sources that ended', unit: '{call}' }),
    failures: meter.createCounter('filesource.failures', { description: 'Calls and bodies that failed, by kind (error.type)', unit: '{call}' }),
    active: meter.createUpDownCounter('filesource.calls.active', { description: 'Calls without an answer yet', unit: '{call}' }),
    duration: meter.createHistogram('filesource.call.duration', { description: 'Time to the answer, retries and queueing included', unit: 's' }),
    bytes: meter.createCounter('filesource.body.size', { description: 'Bytes of bodies', unit: 'By' }),
    bodyDuration: meter.createHistogram('filesource.body.duration', { description: 'Time from the answer to the end of a body', unit: 's' }),
    activeBodies: meter.createUpDownCounter('filesource.bodies.active', { description: 'Bodies that have not ended', unit: '{body}' }),
    breakerChanges: meter.createCounter('filesource.breaker.changes', { description: 'Circuit breakers that opened, tried or closed (state)', unit: '{change}' }),
  };
}
