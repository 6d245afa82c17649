/** sources.knative.dev/v1 PingSource. */
import type { KubeObject } from '../../kernel/object.ts';
import type { SourceSpec, SourceStatus } from '../duck.ts';

export interface PingSourceSpec extends SourceSpec {
  /** Cron: five fields, or six with seconds first, or a descriptor as `@hourly`. */
  schedule?: string;
  timezone?: string;
  contentType?: string;
  data?: string;
  dataBase64?: string;
}

export type PingSource = KubeObject<PingSourceSpec, SourceStatus>;
