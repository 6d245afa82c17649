/** sources.knative.dev/v1 ContainerSource. */
import type { KubeObject } from '../../kernel/object.ts';
import type { SourceSpec, SourceStatus } from '../duck.ts';
import type { PodSpec } from '../pod-spec/types.ts';

export interface ContainerSourceSpec extends SourceSpec {
  template?: { metadata?: Record<string, unknown>; spec?: PodSpec };
}

export type ContainerSource = KubeObject<ContainerSourceSpec, SourceStatus>;
