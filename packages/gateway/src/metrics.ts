import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './limits/admission.ts';
import { operationStates } from './routes/schemas.ts';

export interface MetricsParts {
  readonly admission: Admission;
  readonly countOperations: () => Readonly<Record<string, number>>;
  readonly countSessions: () => number;
  readonly countSpoolBytes: () => number;
}

export interface RequestFacts {
  readonly method: string;
  /** The pattern, never what stands in its place: that is the vendor's, and there is no end of it. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** The metrics of one gateway, in a registry of its own. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #bytes: Counter;

  constructor({ admission, countOperations, countSessions, countSpoolBytes }: MetricsParts) {
    const registers = [this.#registry];
    const labelNames = ['method', 'route', 'status'];
    this.#requests = new Counter({ name: 'filesource_gateway_requests_total', help: 'Requests that were answered or broken off', labelNames, registers });
    this.#seconds = new Histogram({ name: 'filesource_gateway_request_seconds', help: 'From the head of a request to the end of its answer', labelNames, registers, buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600] });
    this.#bytes = new Counter({ name: 'filesource_gateway_sent_bytes_total', help: 'Bytes of answers, heads included', labelNames: ['route'], registers });
    const gauge = (name: string, help: string, value: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('filesource_gateway_requests_in_flight', 'Requests that hold a place', () => admission.inFlight);
    gauge('filesource_gateway_requests_queued', 'Requests that wait for a place', () => admission.queued);
    gauge('filesource_gateway_sessions', 'Sessions of browsers', countSessions);
    gauge('filesource_gateway_spool_bytes', 'Bytes of archives that wait for their reader', countSpoolBytes);
    gauge('filesource_gateway_resident_bytes', 'Memory of the process', () => process.memoryUsage.rss());
    const operations: Gauge<'state'> = new Gauge({
      name: 'filesource_gateway_operations',
      help: 'Operations by their state',
      labelNames: ['state'],
      registers,
      collect() {
        const counts = countOperations();
        for (const state of operationStates) this.set({ state }, counts[state] ?? 0);
      },
    });
    void operations;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  count({ method, route, status, seconds, bytes }: RequestFacts): void {
    const labels = { method, route, status: String(status) };
    this.#requests.inc(labels);
    this.#seconds.observe(labels, seconds);
    this.#bytes.inc({ route }, bytes);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
