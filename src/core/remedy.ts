/**
 * What mends a fault, in the form of a deploy's one fix: an edit of the line, the line itself, or a command. A fault stands before
 * anything was done (a manifest that cannot be read, a platform that does not start, a port that is taken), so no deploy is needed
 * to say it. Pure: texts are given.
 */
import { basename } from 'node:path';
import { applicationFile } from './app/model.ts';
import { shellWord } from './app/words.ts';
import type { MessageArgs, ProblemCode, SourcePlace } from './codes.ts';
import { type Fix, type FixCommand, manifestFix } from './deploy/fix.ts';
import { kubectlOf } from './target.ts';

export interface Mistake {
  code: ProblemCode;
  args: MessageArgs;
  place?: SourcePlace | undefined;
}

/** The command of the editor, and the same in a shell; what stands in braces is taken from the fault, {kubectl} with what leads it there. */
const commands: Partial<Record<ProblemCode, [FixCommand, string]>> = {
  PlatformNotRunning: ['startPlatform', 'slipway up --detach --name {name}'],
  PlatformStopped: ['startPlatform', 'slipway up --detach --name {name}'],
  PlatformStartFailed: ['doctor', 'slipway doctor'],
  PlatformStartTimeout: ['startPlatform', 'slipway up --detach'],
  PlatformStartSlow: ['startPlatform', 'slipway up --detach'],
  DataNotWritable: ['doctor', 'slipway doctor'],
  DiskFull: ['doctor', 'slipway doctor'],
  NodeTooOld: ['doctor', 'slipway doctor'],
  PortTaken: ['choosePort', 'slipway up --detach'],
  BadPort: ['choosePort', 'slipway up --detach'],
  ProtocolMismatch: ['replacePlatform', 'slipway down --name {name} && slipway up --detach --name {name}'],
  KubeconfigMissing: ['choosePlatform', 'slipway status'],
  KubeconfigInvalid: ['choosePlatform', 'slipway status'],
  ContextMissing: ['choosePlatform', 'kubectl config get-contexts --kubeconfig {file}'],
  ClusterUnreachable: ['choosePlatform', 'curl -k {server}/version'],
  ClusterTimeout: ['choosePlatform', 'curl -k {server}/version'],
  TargetReadOnly: ['choosePlatform', 'slipway status'],
  PlatformChanged: ['choosePlatform', 'slipway status'],
  Unauthorized: ['logIn', '{kubectl} auth whoami'],
  CertificateExpired: ['logIn', '{kubectl} auth whoami'],
  Forbidden: ['logIn', '{kubectl} auth can-i --list'],
  BuildCommandMissing: ['doctor', 'slipway doctor'],
};

/** undefined: its sentence says all that can be done. `read`: text of a file, undefined where it is not there. */
export function remedyOf(mistake: Mistake, read: (file: string) => string | undefined): Fix | undefined {
  const { code, args, place } = mistake;
  if (place) {
    const settings = basename(place.file) === applicationFile;
    return (
      manifestFix(place.file, read, settings ? [{ ...mistake, place, severity: 'error' }] : undefined) ?? open(place)
    );
  }
  const [command, line] = commands[code] ?? [];
  if (!command || line === undefined) return undefined;
  return {
    type: 'command',
    command,
    args,
    line: line.replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'kubectl' ? kubectlOf(loginOf(args)) : shellWord(String(args[name] ?? '')),
    ),
  };
}

/** As the transport tells it. */
const loginOf = ({ kubeconfig = '', context }: MessageArgs) => ({
  kubeconfig: String(kubeconfig),
  context: context === undefined ? undefined : String(context),
});

const open = (place: SourcePlace): Fix => ({ type: 'open', place });
