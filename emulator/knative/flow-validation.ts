/** What Sequences and Parallels share. */
import type { PlatformConfig } from './config/types.ts';

/** Knative looks the default up without a namespace, so a namespace's own default never counts for flows. */
export function defaultChannelTemplate(
  spec: { channelTemplate?: { apiVersion: string; kind: string } },
  { eventing }: PlatformConfig,
): void {
  const template = spec.channelTemplate ? undefined : eventing.channelDefaults('');
  if (template) spec.channelTemplate = { ...template };
}
