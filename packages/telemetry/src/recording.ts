import { formatRef, toFileSourceError, type Clock, type Progress, type Ref } from '@filesource/core';
import { context, isSpanContextValid, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { instrumentsNow, scope, type Instruments } from './instruments.ts';

export interface TelemetryOptions {
  readonly source: string;
  readonly provider: string;
  readonly clock: Clock;
  /**
   * Records refs and error messages too; default false.
   * - They hold no credential and no signed link, but tell of records and names, which a tracing service may not be meant to learn.
   */
  readonly details?: boolean;
}

/** One span with the metrics that go with it. */
export class Recording {
  readonly span: Span;
  readonly instruments: Instruments | undefined;
  readonly attributes: Attributes;
  readonly #options: TelemetryOptions;
  readonly #startedMs: number;

  private constructor(options: TelemetryOptions, span: Span, instruments: Instruments | undefined, attributes: Attributes) {
    this.#options = options;
    this.span = span;
    this.instruments = instruments;
    this.attributes = attributes;
    this.#startedMs = options.clock.now();
  }

  /** `undefined` when no SDK is there that would see it. */
  static start(name: string, options: TelemetryOptions, ref?: Ref): Recording | undefined {
    const attributes: Attributes = { 'filesource.source': options.source, 'filesource.provider': options.provider, 'filesource.call': name };
    const instruments = instrumentsNow();
    const span = trace.getTracer(scope).startSpan(`filesource.${name}`, {
      kind: SpanKind.CLIENT,
      attributes: ref === undefined || options.details !== true ? attributes : { ...attributes, 'filesource.ref': formatRef(options.source, ref) },
    });
    if (instruments === undefined && !span.isRecording() && !isSpanContextValid(span.spanContext())) return undefined;
    return new Recording(options, span, instruments, attributes);
  }

  get seconds(): number {
    return Math.max(0, this.#options.clock.now() - this.#startedMs) / 1000;
  }

  /** Runs a function whose own spans, and the events of whose log, belong to this span. */
  within<T>(run: () => Promise<T>): Promise<T> {
    return context.with(trace.setSpan(context.active(), this.span), run);
  }

  progress({ status, percent, processed }: Progress): void {
    this.span.addEvent('progress', {
      'filesource.progress.status': status,
      ...(percent === null ? {} : { 'filesource.progress.percent': percent }),
      ...(processed === null ? {} : { 'filesource.progress.processed': processed }),
    });
  }

  /** Ends the span; of an error its kind, and its words only where details are wanted. */
  end(failure?: unknown): void {
    if (failure !== undefined) {
      const { kind, status, httpStatus, message } = toFileSourceError(failure);
      this.span.setAttributes({ 'error.type': kind, 'filesource.error.status': status, ...(httpStatus === undefined ? {} : { 'http.response.status_code': httpStatus }) });
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: this.#options.details === true ? message : kind });
      this.instruments?.failures.add(1, { ...this.attributes, 'error.type': kind });
    }
    this.span.end();
  }
}
