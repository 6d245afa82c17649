/** Schema of Metric. */
import { status } from '../conditions-schema.ts';
import { int64, object, required, string, type Type } from '../struct/type.ts';

export const metricSpec: Type = object('v1alpha1.MetricSpec', 'What is measured.', {
  stableWindow: required(int64('Window of the stable average, in nanoseconds.')),
  panicWindow: required(int64('Window of the panic average, in nanoseconds.')),
  scrapeTarget: required(string('Service that is scraped.')),
});

export const metricStatus: Type = status();
