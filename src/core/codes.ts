/**
 * The closed lists of what can go wrong (decision 16). The core answers with a code and arguments; a front end renders
 * them from `messages/core.ts`, where each code has a sentence (`problem.CODE`) and what to do (`fix.CODE`). Pure leaf.
 */

/** What a command is refused for before or while it does its work. */
export const faultCodes = [
  // platforms
  'PlatformNotRunning',
  'PlatformStopped',
  'PlatformStartFailed',
  'PlatformStartTimeout',
  'PlatformStartSlow',
  'PlatformName',
  'AlreadyRunning',
  'PortTaken',
  'BadPort',
  'DataNotWritable',
  'DataNewer',
  'DiskFull',
  'NodeTooOld',
  'ProtocolMismatch',
  'EntryMissing',
  // targets and the API
  'TargetConflict',
  'KubeconfigMissing',
  'KubeconfigInvalid',
  'ContextMissing',
  'EnvironmentUnknown',
  'ClusterUnreachable',
  'ClusterTimeout',
  'Unauthorized',
  'CertificateExpired',
  'Forbidden',
  'ApiRefused',
  'CapabilityMissing',
  'TargetReadOnly',
  'KindUnknown',
  // applications
  'NoApplication',
  'NoManifests',
  'NoService',
  'SeveralServices',
  'NoSuchService',
  'YamlSyntax',
  'BadField',
  'UnknownField',
  'MissingField',
  'FileUnreadable',
  'TemplateUnknown',
  'NameInvalid',
  'DirectoryTaken',
  'DirectoryNotWritable',
  'FileInTheWay',
  'ApplicationThere',
  'EmptySnapshot',
  'NoStartCommand',
  'NothingToStart',
  'NoImageCommand',
  'FunctionWithoutProgram',
  // objects
  'ServiceNotFound',
  'RevisionNotFound',
  'DomainInvalid',
  'DomainTaken',
  'DomainNotFound',
  'PingSourceNotFound',
  'ImageNotFound',
  // traffic
  'SplitSum',
  'SplitPercent',
  'SplitLocked',
  'RevisionFailed',
  'TagInvalid',
  'TagTaken',
  'RevisionAlone',
  'TrafficChanged',
  'NothingToRollBack',
  // guarded canaries
  'CanaryThere',
  'CanaryNone',
  'CanaryDriven',
  'CanarySteps',
  'CanaryLimit',
  'CanaryTakesAll',
  // events
  'EventNotSent',
  // the command line
  'Usage',
  'Cancelled',
  'PlatformChanged',
  'FilesUnsaved',
  'NotDirect',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** The one cause of a failed deploy. */
export const causeCodes = [
  'BuildFailed',
  'BuildCommandMissing',
  'ImageUploadFailed',
  'NoImageStore',
  'ManifestRefused',
  'ImageMissing',
  'RegistryUnreachable',
  'RegistryUnauthorized',
  'PlatformDiskFull',
  'CredentialsRefused',
  'NotAllowed',
  'NamespaceMissing',
  'WebhookTimeout',
  'DomainClaimed',
  'ImageNeedsDocker',
  'SourcesNotBuilt',
  'NeedsDocker',
  'StartCommandMissing',
  'AppNodeTooOld',
  'ModuleMissing',
  'ConfigMapMissing',
  'SecretMissing',
  'ConfigKeyMissing',
  'AppExited',
  'AppNeverListened',
  'AppPortInUse',
  'AppPortIsGateway',
  'AppPortRefused',
  'StartTooSlow',
  'QuotaExceeded',
  'QuotaUnspecified',
  'ProbeFailed',
  'ProbeEnded',
  'OutOfMemory',
  'Unschedulable',
  'RevisionNameTaken',
  'TrafficRefused',
  'RouteNotReady',
  'Superseded',
  'ServiceDeleted',
  'TimedOut',
  'PlatformLost',
  'Unexplained',
] as const;
export type CauseCode = (typeof causeCodes)[number];

export type ProblemCode = FaultCode | CauseCode;

export type MessageArgs = Readonly<Record<string, string | number>>;

/** A place in a file; lines and columns count from 1. */
export interface SourcePlace {
  file: string;
  line: number;
  column: number;
  endLine?: number;
  endColumn?: number;
}

/** What is wrong, where (when it is in a file), in a form that every front end can render. */
export interface Problem {
  code: ProblemCode;
  args: MessageArgs;
  place?: SourcePlace;
  severity: 'error' | 'warning';
}
