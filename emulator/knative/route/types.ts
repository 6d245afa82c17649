/** serving.knative.dev/v1 Route. */
import type { Condition, KubeObject } from '../../kernel/object.ts';

export interface TrafficTarget {
  tag?: string;
  revisionName?: string;
  configurationName?: string;
  latestRevision?: boolean;
  percent?: number;
  /** In a status only. */
  url?: string;
}

export interface RouteSpec {
  traffic?: TrafficTarget[];
}

/** duck/v1 Addressable. */
export interface Addressable {
  name?: string;
  url?: string;
  CACerts?: string;
  audience?: string;
}

export interface RouteStatusFields {
  url?: string;
  address?: Addressable;
  traffic?: TrafficTarget[];
}

export interface RouteStatus extends RouteStatusFields {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export type Route = KubeObject<RouteSpec, RouteStatus>;
