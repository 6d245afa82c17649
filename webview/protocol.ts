/**
 * What the pages and their host say to each other: for each page one map of events to the view and one of requests to
 * the host, as checks from which the types follow. Both sides import this file and check all that they receive. Pure leaf.
 */
import { bool, type Check, type Infer, list, nothing, nullable, num, object, oneOf, record, str } from './check.ts';

const problem = object({ code: str, text: str, fix: str });
const platformState = oneOf('ready', 'starting', 'stopped', 'lost');
/** Whether traffic can be moved from here, or why not. */
const moving = oneOf('allowed', 'untrusted', 'readOnly');
const command = object({ name: oneOf('start', 'newApplication', 'deploy', 'doctor') });
const serviceRef = object({ key: str, name: str, namespace: str });

const live = object({
  requests: num,
  share: num,
  requestsPerSecond: num,
  p50: nullable(num),
  p95: nullable(num),
  p99: nullable(num),
  errors: num,
  /** null: not known of a moment that is over. */
  instances: nullable(num),
});

/** What stands of a guarded canary; `text` says it in the user's language. */
const canary = object({
  revision: str,
  short: str,
  phase: oneOf('running', 'held', 'succeeded', 'rolledBack'),
  step: num,
  steps: list(num),
  /** Somebody moves it. */
  driven: bool,
  text: str,
});

const canaryPlan = object({
  revision: str,
  steps: list(num),
  pauseSeconds: num,
  maxErrorPercent: num,
  maxP95Ratio: nullable(num),
  minRequests: num,
});
const canaryAction = oneOf('resume', 'hold', 'abort', 'dismiss');

const trafficRow = object({
  revision: str,
  /** `00005` of `hello-00005`. */
  short: str,
  /** Asked for by the object. */
  percent: num,
  /** Routed by the object's status. */
  actual: num,
  followsLatest: bool,
  latestReady: bool,
  tags: list(object({ tag: str, url: nullable(str) })),
  state: oneOf('ready', 'zero', 'starting', 'failed'),
  /** In one line; `details`: in full. */
  reason: str,
  details: str,
  instances: num,
});

const trafficState = object({
  /** Which platform: a service of the same name on another is another one. */
  on: str,
  /** null: nothing is selected. */
  service: nullable(serviceRef),
  services: list(serviceRef),
  platform: platformState,
  moving,
  url: nullable(str),
  rows: list(trafficRow),
  /** Those behind "Add Revision...". */
  others: list(trafficRow),
  settled: bool,
  canRollBack: bool,
  canary: nullable(canary),
  /** The platform measures requests; else a canary goes by time alone. */
  measures: bool,
  /** Limits that are passed, in words. */
  alerts: list(str),
  problem: nullable(problem),
});

const logLine = object({
  time: num,
  revision: str,
  pod: str,
  stream: oneOf('stdout', 'stderr'),
  text: str,
  mark: nullable(str),
  /** The statement that wrote it; its path is below the application's folder. */
  site: nullable(object({ path: str, line: num, column: num })),
});

/** `cause`: of the message, in one line. */
const condition = object({ type: str, status: str, reason: str, cause: str, message: str, since: nullable(num) });

const revisionRow = object({
  revision: str,
  short: str,
  /** Of its configuration: 1 = the first revision. */
  generation: num,
  created: num,
  /** Who deployed it; empty where nobody said. */
  by: str,
  /** Short hash, with * where files had changed since; empty outside of a repository. */
  commit: str,
  subject: str,
  state: oneOf('ready', 'zero', 'starting', 'failed'),
  reason: str,
  cause: str,
  message: str,
  percent: num,
  followsLatest: bool,
  latestReady: bool,
  tags: list(object({ tag: str, url: nullable(str) })),
  instances: num,
  image: str,
  conditions: list(condition),
  /** What differs from the revision before, in a few words each. */
  changes: list(str),
});

const revisionsState = object({
  on: str,
  service: serviceRef,
  /** The service is gone from the platform. */
  gone: bool,
  platform: platformState,
  moving,
  url: nullable(str),
  ready: oneOf('True', 'False', 'Unknown'),
  reason: str,
  cause: str,
  message: str,
  canRollBack: bool,
  rows: list(revisionRow),
  conditions: list(condition),
  coldStarts: list(
    object({
      revision: str,
      at: num,
      totalMs: num,
      phases: list(object({ name: str, ms: num })),
    }),
  ),
  /** Moments at which the split changed. */
  changes: list(object({ at: num, text: str })),
  canary: nullable(canary),
  measures: bool,
  alerts: list(str),
});

const sample = object({ at: num, revisions: record(live) });

const eventDraft = object({
  /** Of the service; '' = none is chosen. */
  key: str,
  type: str,
  source: str,
  subject: str,
  contentType: str,
  data: str,
});

const traceRow = object({
  at: num,
  type: str,
  sender: str,
  to: str,
  /** 0 = no answer. */
  status: num,
  tries: num,
  ms: num,
  error: str,
  how: oneOf('schedule', 'now', 'here'),
  /** What was sent from the form; null: it came from elsewhere. */
  draft: nullable(eventDraft),
});

const eventsState = object({
  on: str,
  platform: platformState,
  targets: list(object({ key: str, name: str, namespace: str, url: str })),
  /** false: the platform does not tell what it delivered. */
  traced: bool,
  /** Newest first. */
  trace: list(traceRow),
});

/** What the form begins with; `sent`: when it was last sent, 0 = never; `aimed`: its target was chosen outside just now. */
const eventsForm = object({ draft: eventDraft, sent: num, aimed: bool });

/** Characters of a request; a million where none is given. */
const wholeLog = 256 << 20;

/**
 * A request is of the platform that the page was drawn for, and is refused where another is in use by now; `anywhere`: it asks for
 * nothing of a platform.
 */
export const pages = {
  traffic: {
    toView: { state: trafficState, live: nullable(sample) },
    toHost: {
      ready: { params: nothing, result: nothing, anywhere: true },
      /** Host shows its picker. */
      pickService: { params: nothing, result: nothing, anywhere: true },
      /** `base`: the split that the wish was made on; refused as TrafficChanged when the object has another by now. */
      apply: {
        params: object({ key: str, base: record(num), percent: record(num), follow: bool }),
        result: nullable(problem),
      },
      rollback: { params: object({ key: str }), result: nullable(problem) },
      /** Host shows its picker of the revisions that are not in the view; null = none was chosen. */
      addRevision: { params: object({ key: str, shown: list(str) }), result: nullable(str) },
      editTag: { params: object({ key: str, revision: str }), result: nothing },
      preview: { params: object({ key: str, percent: record(num), follow: bool }), result: nothing },
      startCanary: { params: object({ key: str, plan: canaryPlan }), result: nullable(problem) },
      canary: { params: object({ key: str, action: canaryAction }), result: nullable(problem) },
      openUrl: { params: object({ url: str }), result: nothing, anywhere: true },
      openRevisions: { params: object({ key: str }), result: nothing },
      command: { params: command, result: nothing },
    },
  },
  logs: {
    toView: {
      service: object({
        on: str,
        service: nullable(serviceRef),
        services: list(serviceRef),
        platform: platformState,
        /** Lines that the view keeps. */
        maximum: num,
        /** Of the application in this workspace. */
        folder: nullable(str),
      }),
      lines: object({ key: str, lines: list(logLine) }),
      status: object({ following: bool, problem: nullable(problem) }),
      /** A filter set from outside (the tree's "show logs" of a revision). */
      filter: object({ revision: nullable(str) }),
      /** Brings this line into view, where it is still there. */
      reveal: object({ pod: str, time: num, text: str }),
      clear: nothing,
    },
    toHost: {
      ready: { params: nothing, result: nothing, anywhere: true },
      pickService: { params: nothing, result: nothing, anywhere: true },
      select: { params: object({ key: str }), result: nothing },
      /**
       * `changed`: the workspace has another text by now, what the instance had is shown. `none`: no file of this workspace.
       * `pod`: of the line, by which the host knows where the instance's files are.
       */
      openSource: {
        params: object({ path: str, line: num, column: num, pod: str }),
        result: oneOf('opened', 'changed', 'none'),
        anywhere: true,
      },
      copy: { params: object({ text: str }), result: nothing, limit: wholeLog, anywhere: true },
      save: { params: object({ text: str }), result: nothing, limit: wholeLog, anywhere: true },
      command: { params: command, result: nothing },
    },
  },
  events: {
    toView: { state: eventsState, form: eventsForm },
    toHost: {
      ready: { params: nothing, result: nothing, anywhere: true },
      send: {
        params: eventDraft,
        /** `sent`: when, ms since the epoch. */
        result: object({ sent: num, status: num, ms: num, body: str, problem: nullable(problem) }),
      },
      command: { params: command, result: nothing },
    },
  },
  revisions: {
    toView: { state: revisionsState, history: list(sample), live: nullable(sample) },
    toHost: {
      ready: { params: nothing, result: nothing, anywhere: true },
      compare: { params: object({ before: str, after: str }), result: nothing },
      rollback: { params: nothing, result: nullable(problem) },
      sendAll: { params: object({ revision: str }), result: nullable(problem) },
      editTag: { params: object({ revision: str }), result: nothing },
      /** Holds the share where it is, or lets it follow the latest. */
      follow: { params: object({ on: bool }), result: nullable(problem) },
      retire: { params: object({ revision: str }), result: nullable(problem) },
      canary: { params: object({ action: canaryAction }), result: nullable(problem) },
      remove: { params: object({ revision: str }), result: nothing },
      showLogs: { params: object({ revision: nullable(str) }), result: nothing },
      openUrl: { params: object({ url: str }), result: nothing, anywhere: true },
      command: { params: command, result: nothing },
    },
  },
} as const;

export type Pages = typeof pages;
export type PageName = keyof Pages;
export type ToView<Page extends PageName> = {
  [Event in keyof Pages[Page]['toView']]: Infer<Pages[Page]['toView'][Event]>;
};
export type ToHost<Page extends PageName> = {
  [Method in keyof Pages[Page]['toHost']]: Pages[Page]['toHost'][Method] extends {
    params: Check<infer Params>;
    result: Check<infer Result>;
  }
    ? { params: Params; result: Result }
    : never;
};

export type ServiceRef = Infer<typeof serviceRef>;
export type PageProblem = Infer<typeof problem>;
export type LiveView = Infer<typeof live>;
export type TrafficRowView = Infer<typeof trafficRow>;
export type TrafficState = Infer<typeof trafficState>;
export type LogLineView = Infer<typeof logLine>;
export type RevisionRowView = Infer<typeof revisionRow>;
export type RevisionsState = Infer<typeof revisionsState>;
export type Sample = Infer<typeof sample>;
export type EventDraftView = Infer<typeof eventDraft>;
export type TraceRowView = Infer<typeof traceRow>;
export type EventsForm = Infer<typeof eventsForm>;
export type EventsState = Infer<typeof eventsState>;
export type CanaryView = Infer<typeof canary>;
export type CanaryPlanView = Infer<typeof canaryPlan>;
export type CanaryAction = Infer<typeof canaryAction>;

/** On the wire. `id` is unique per page instance. */
export const wire = {
  /** `on`: which platform the page was drawn for; '' before it was. */
  request: object({ kind: oneOf('request'), id: num, method: str, on: str }),
  /** `problem`: why it was refused, in words for who asked; `error`: of what went wrong in us. */
  answer: object({ kind: oneOf('answer'), id: num, error: nullable(str), problem: nullable(problem) }),
  /**
   * `payload` as JSON text: on its way the editor passes a message on three times, and clones what is no string field by field each
   * time.
   */
  event: object({ kind: oneOf('event'), name: str, payload: str }),
};
