import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** A gauge's value, or one for each set of labels (`{ kind: 'video' }`). */
export type Reading =
  | number
  | readonly Readonly<{ labels: Readonly<Record<string, string>>; value: number }>[];

/** Prometheus metrics. Modules register their own. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    // The default metrics cover memory, CPU, garbage collection and the event loop's delay.
    collectDefaultMetrics({ register: this.#registry });
  }

  /**
   * Registers a gauge, which is read on each scrape.
   * @param name such as `onair_viewers`
   * @param labels the label names of its readings
   */
  gauge(
    name: string,
    help: string,
    read: () => Reading | Promise<Reading>,
    labels: readonly string[] = [],
  ): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect: async () => {
        const reading = await read();
        gauge.reset();
        if (typeof reading === 'number') gauge.set(reading);
        else for (const { labels: own, value } of reading) gauge.set({ ...own }, value);
      },
    });
  }

  /**
   * Registers a counter and returns the function that increments it.
   * @param name the name, such as `onair_chat_messages_total`
   */
  counter(name: string, help: string): (by?: number) => void {
    const counter = new Counter({ name, help, registers: [this.#registry] });
    return (by = 1) => counter.inc(by);
  }

  /**
   * Returns the current readings of a metric, one for each set of labels.
   * @throws {Error} if no metric has that name
   */
  async read(name: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const metric = this.#registry.getSingleMetric(name);
    if (!metric) throw new Error(`no metric is named ${name}`);
    const { values } = await metric.get();
    return values.map(({ labels, value }) => ({
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, text]) => [label, String(text)]),
      ),
      value,
    }));
  }

  /**
   * Returns the sum of a metric's readings that have these labels.
   * @throws {Error} if no metric has that name
   */
  async sum(name: string, wanted: Readonly<Record<string, string>> = {}): Promise<number> {
    const readings = await this.read(name);
    return readings
      .filter(({ labels }) =>
        Object.entries(wanted).every(([label, value]) => labels[label] === value),
      )
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Returns all metrics in Prometheus's text format. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
