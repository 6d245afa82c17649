/** What a tree shows, as plain data: built by pure functions, handed out by rows.ts, painted by provider.ts. Pure leaf. */
import type { ServiceKey } from '../platform/snapshot.ts';

/** A codicon and a theme colour. */
export interface NodeIcon {
  name: string;
  color?: string;
}

export type NodeSubject =
  | { type: 'platform'; id: string }
  | { type: 'application'; dir: string }
  | { type: 'service'; key: ServiceKey; url: string | undefined }
  | { type: 'revision'; key: ServiceKey; revision: string; url: string | undefined }
  | { type: 'instance'; key: ServiceKey; revision: string; pod: string }
  | { type: 'domain'; namespace: string; host: string; url: string | undefined; service: string }
  | { type: 'ping'; namespace: string; name: string }
  | { type: 'group' };

export interface TreeNode {
  /** Unique in its tree and stable over time: keeps what is open and selected. */
  id: string;
  label: string;
  description: string;
  /** What the icon alone says, for whoever hears the tree. */
  spoken?: string;
  /** Plain text; shown as it is. Not looked at where there is a hover. */
  tooltip: string;
  /** Markdown in its place, made when one rests on the row: what it tells besides what is painted waits for that. */
  hover?: () => string | Promise<string>;
  icon: NodeIcon;
  /** Words for `when` clauses (`viewItem =~ /\bservice\b/`). */
  context: string;
  subject: NodeSubject;
  expanded: 'none' | 'open' | 'closed';
  /** Built when asked for: a tree of thousands paints what is open. */
  children: () => TreeNode[];
}

/** A node that is built when something of it beside its id is asked for: of a thousand services a screen shows forty. */
export function late(id: string, build: () => TreeNode): TreeNode {
  let built = false;
  const node = { id } as TreeNode;
  const whole = () => {
    if (!built) Object.assign(node, build());
    built = true;
    return node;
  };
  return new Proxy(node, {
    get: (_, key) => Reflect.get(key === 'id' ? node : whole(), key),
    ownKeys: () => Reflect.ownKeys(whole()),
  });
}

/** Colours that high contrast has too. */
export const icons = {
  ready: { name: 'circle-filled', color: 'charts.green' },
  zero: { name: 'circle-outline', color: 'descriptionForeground' },
  starting: { name: 'loading~spin' },
  waiting: { name: 'circle-large-outline', color: 'charts.yellow' },
  failed: { name: 'error', color: 'charts.red' },
  application: { name: 'package' },
  group: { name: 'server-environment' },
  running: { name: 'debug-start', color: 'debugIcon.startForeground' },
  ping: { name: 'watch' },
  domain: { name: 'globe' },
  problem: { name: 'warning', color: 'charts.yellow' },
} as const satisfies Record<string, NodeIcon>;

/** Everything of a node that is painted, to find what changed. */
export function paintedForm({ label, description, spoken, tooltip, icon, context, expanded }: TreeNode): string {
  return JSON.stringify([label, description, spoken, tooltip, icon, context, expanded]);
}
