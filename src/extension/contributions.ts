/**
 * Every id that package.json and the code must agree on, in one place; test/src/extension/contributions.test.ts holds the
 * two against each other. Nothing here imports vscode, so that the test can read it.
 */

/** Each may be run without anything being selected: it asks for what it needs. */
export const commandIds = [
  'slipway.platform.start',
  'slipway.platform.stop',
  'slipway.platform.reset',
  'slipway.platform.refresh',
  'slipway.platform.use',
  'slipway.platform.copyKubeconfig',
  'slipway.platform.menu',
  'slipway.application.new',
  'slipway.application.adopt',
  'slipway.application.deploy',
  'slipway.application.deployTo',
  'slipway.application.run',
  'slipway.application.debug',
  'slipway.application.stop',
  'slipway.application.openManifest',
  'slipway.service.openUrl',
  'slipway.service.copyUrl',
  'slipway.service.showLogs',
  'slipway.service.openRevisions',
  'slipway.service.delete',
  'slipway.service.select',
  'slipway.service.showYaml',
  'slipway.traffic.rollback',
  'slipway.traffic.sendAll',
  'slipway.traffic.pickService',
  'slipway.revision.showLogs',
  'slipway.revision.compare',
  'slipway.revision.tag',
  'slipway.revision.retire',
  'slipway.revision.delete',
  'slipway.domain.add',
  'slipway.domain.remove',
  'slipway.domain.open',
  'slipway.ping.fire',
  'slipway.ping.next',
  'slipway.domain.preview',
  'slipway.event.send',
  'slipway.logs.pickService',
  'slipway.doctor',
  'slipway.walkthrough',
  'slipway.showOutput',
] as const;
export type CommandId = (typeof commandIds)[number];

export const viewIds = {
  container: 'slipway',
  panel: 'slipway-panel',
  platform: 'slipway.platforms',
  applications: 'slipway.applications',
  traffic: 'slipway.traffic',
  logs: 'slipway.logs',
  /** Panel type, for its serializer. */
  revisions: 'slipway.revisions',
  events: 'slipway.events',
} as const;

/** Context keys of `when` clauses. */
export const contextKeys = {
  /** `stopped`, `starting`, `connecting`, `ready`, `lost`. */
  platform: 'slipway.platformState',
  /** The current platform is an embedded one of this user. */
  embedded: 'slipway.embedded',
  /** The current platform may be changed from here. */
  writable: 'slipway.writable',
  /** There is an application in the workspace. */
  hasApplications: 'slipway.hasApplications',
  /** One of them has environments. */
  hasEnvironments: 'slipway.hasEnvironments',
  /** The applications of the workspace have been looked for. */
  looked: 'slipway.looked',
  /**
   * The workspace is not trusted. Ours, as the editor's own `isWorkspaceTrusted` comes seconds after a window shows its views:
   * until then F5 in an application would be the editor's.
   */
  restricted: 'slipway.restricted',
  /** Directories that `resourceDirname in` / paths that `resourcePath in` tests hold. */
  applicationFiles: 'slipway.applicationFiles',
  /** Something runs in development mode. */
  running: 'slipway.running',
  /** Something is deployed on the platform in use. */
  deployed: 'slipway.deployed',
  /** The platform in use has ping sources. */
  hasPings: 'slipway.hasPings',
  /** The platform in use has domains. */
  hasDomains: 'slipway.hasDomains',
  /** The service that the views show is on the platform. */
  service: 'slipway.service',
  /** That service has a split to go back to. */
  canRollBack: 'slipway.canRollBack',
} as const;

export interface Settings {
  /** Name of the embedded platform. */
  'platform.name': string;
  /** Ingress port; 0 = 8080 or the next free one. */
  'platform.port': number;
  /** The embedded platform outlives the window. */
  'platform.keepRunning': boolean;
  /** Other platforms. */
  contexts: { name?: string; kubeconfig?: string; context?: string; namespace?: string; readOnly?: boolean }[];
  /** CodeLenses on manifests. */
  codeLens: boolean;
  /** Lines that the log view keeps. */
  'logs.maximumLines': number;
  /** Limits for services whose slipway.yaml says none. */
  alerts: { errorPercent?: number; p95Ms?: number; coldStartMs?: number };
  /** What statements wrote, at their lines, and errors where they were thrown. */
  'logs.atSource': boolean;
}

export const settingDefaults: Settings = {
  'platform.name': 'default',
  'platform.port': 0,
  'platform.keepRunning': false,
  contexts: [],
  codeLens: true,
  'logs.maximumLines': 50_000,
  alerts: { errorPercent: 5 },
  'logs.atSource': true,
};

/** Types of launch configurations and of tasks; the scheme of our own texts. */
export const debugType = 'slipway';
export const taskType = 'slipway';
export const documentScheme = 'slipway';
/** Files of images in the platform's store. */
export const imageScheme = 'slipway-image';
