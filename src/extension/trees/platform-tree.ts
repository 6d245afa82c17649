/** The Platform tree: what can be chosen, and how the current one is. Pure leaf. */
import type { Say } from '../messages.ts';
import type { PlatformEntry, Snapshot } from '../platform/snapshot.ts';
import { icons, type NodeIcon, type TreeNode } from './nodes.ts';

const stateIcons: Record<Snapshot['state'], NodeIcon> = {
  ready: icons.ready,
  stopped: icons.zero,
  starting: icons.starting,
  connecting: icons.starting,
  lost: icons.failed,
};

/** `running`: ids of the platforms that run besides the current one. */
export function platformTree(
  entries: readonly PlatformEntry[],
  snapshot: Snapshot,
  running: ReadonlySet<string>,
  say: Say,
): TreeNode[] {
  return entries.map((entry) =>
    entry.id === snapshot.entry.id ? currentNode(snapshot, entry, say) : otherNode(entry, running.has(entry.id), say),
  );
}

function currentNode({ state, detail, info, gateway }: Snapshot, entry: PlatformEntry, say: Say): TreeNode {
  const memory = info && say('platform.memory', { mb: Math.round(info.memoryBytes / 1_048_576) });
  const ingress = gateway?.port === undefined ? undefined : `*.localhost:${gateway.port}`;
  const parts =
    state === 'ready'
      ? [say('platform.ready'), info && ingress, memory, entry.namespace, entry.readOnly && say('platform.readOnly')]
      : [state === 'lost' && detail ? detail : say(`platform.${state}`)];
  const tooltip = [
    entry.label,
    info && gateway ? say('platform.ingress', { url: `http://${gateway.host}:${gateway.port ?? 80}` }) : undefined,
    info && say('platform.api', { url: info.api }),
    say('platform.kubeconfig', { file: entry.target.kubeconfig }),
    entry.target.type === 'platform' && say('platform.data', { data: entry.target.data }),
    detail,
  ];
  return node(entry, parts, tooltip, stateIcons[state], ['platform', 'current', entry.embedded && 'embedded', state]);
}

function otherNode(entry: PlatformEntry, running: boolean, say: Say): TreeNode {
  const state = entry.embedded ? say(running ? 'platform.ready' : 'platform.stopped') : entry.target.context;
  const icon = running ? icons.ready : icons.zero;
  const parts = [entry.namespace, state, entry.readOnly && say('platform.readOnly')];
  return node(entry, parts, [entry.label, entry.target.kubeconfig, say('platform.notCurrent')], icon, [
    'platform',
    'other',
    entry.embedded && 'embedded',
  ]);
}

type Maybe = string | false | undefined;

function node(entry: PlatformEntry, parts: Maybe[], tooltip: Maybe[], icon: NodeIcon, context: Maybe[]): TreeNode {
  return {
    id: entry.id,
    label: entry.label,
    description: parts.filter(Boolean).join(' · '),
    tooltip: tooltip.filter(Boolean).join('\n'),
    icon,
    context: context.filter(Boolean).join('-'),
    subject: { type: 'platform', id: entry.id },
    expanded: 'none',
    children: () => [],
  };
}
