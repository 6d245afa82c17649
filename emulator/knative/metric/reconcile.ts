/** Metric: collected by the platform's own autoscaler as soon as it is there. */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import { resources } from '../keys.ts';
import { foreignStatus } from '../objects.ts';
import type { Metric } from './types.ts';

const metricConditions = livingConditions();

export function metricController(): Controller<Metric> {
  return {
    name: 'metric',
    resource: resources.metrics,
    reconcile: (metric, _view, now) => reconcileMetric(metric, now),
  };
}

export function reconcileMetric(metric: Metric, now: number): Outcome {
  if (metric.metadata.deletionTimestamp) return {};
  const conditions = beginConditions(metricConditions, metric, now);
  conditions.markTrue('Ready');
  return { status: { ...foreignStatus(metric), conditions: conditions.list() } };
}
