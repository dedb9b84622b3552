import { AsyncLocalStorage } from 'node:async_hooks';
import { context, metrics, ROOT_CONTEXT, trace, type Context, type ContextManager } from '@opentelemetry/api';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** What the Node SDK of OpenTelemetry brings, as far as spans in spans need it. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(active: Context, run: F, thisArg?: ThisParameterType<F>, ...args: A): ReturnType<F> {
    return this.#storage.run(active, () => run.call(thisArg, ...args));
  }

  bind<T>(_active: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

export interface Sdk {
  spans(): readonly ReadableSpan[];
  /** Sums and counts by metric name and the values of some attributes. */
  metric(name: string, ...attributes: readonly string[]): Promise<Readonly<Record<string, number>>>;
  /** Everything that was exported, as text. */
  text(): Promise<string>;
  stop(): Promise<void>;
}

/** An SDK of traces and metrics that keeps everything in memory. */
export function startSdk(): Sdk {
  const spans = new InMemorySpanExporter();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  context.setGlobalContextManager(new StorageContextManager());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  const collected = async (): Promise<ReturnType<typeof exporter.getMetrics>> => {
    exporter.reset();
    await reader.forceFlush();
    return exporter.getMetrics();
  };
  return {
    spans: () => spans.getFinishedSpans(),
    async metric(name, ...attributes) {
      const points = (await collected()).flatMap((resource) => resource.scopeMetrics).flatMap((scope) => scope.metrics).filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => dataPoints as readonly { attributes: Record<string, unknown>; value: unknown }[]);
      const sums: Record<string, number> = {};
      for (const { attributes: own, value } of points) {
        const key = attributes.map((attribute) => String(own[attribute])).join(' ');
        sums[key] = (sums[key] ?? 0) + (typeof value === 'number' ? value : (value as { count: number }).count);
      }
      return sums;
    },
    text: async () => JSON.stringify([spans.getFinishedSpans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })), (await collected()).map((resource) => resource.scopeMetrics)]),
    async stop() {
      context.disable();
      trace.disable();
      metrics.disable();
      await Promise.all([tracers.shutdown(), meters.shutdown()]);
    },
  };
}
