/** networking.internal.knative.dev/v1alpha1 ServerlessService. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { ObjectReference } from '../pod-autoscaler/types.ts';

/** networking.ProtocolType. */
export type Protocol = 'http1' | 'h2c';

export interface ServerlessServiceSpec {
  /** Proxy: requests pass the activator. */
  mode?: 'Serve' | 'Proxy';
  objectRef: ObjectReference;
  protocolType: Protocol;
  numActivators?: number;
}

export interface ServerlessServiceStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  serviceName?: string;
  privateServiceName?: string;
}

export type ServerlessService = KubeObject<ServerlessServiceSpec, ServerlessServiceStatus>;
