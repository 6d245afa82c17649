/** The feature list of the command line: every command, in the order of the help. */
import type { Command } from './command.ts';
import { adoptCommand, deployCommand, newCommand, templatesCommand } from './commands/application.ts';
import { canaryAbort, canaryDismiss, canaryHold, canaryResume, canaryStart, canaryStatus } from './commands/canary.ts';
import { clockAdvance, doctorCommand, down, reset, status, up } from './commands/platform.ts';
import { run } from './commands/run.ts';
import { diff, logs, ls, revisions, rollbackCommand, show, traffic } from './commands/services.ts';
import {
  domainAdd,
  domainLs,
  domainRm,
  eventSend,
  imageBuild,
  imageLs,
  imageRm,
  pingDeliveries,
  pingFire,
  pingLs,
  pingNext,
} from './commands/things.ts';
import { tour } from './commands/tour.ts';

export const commands: readonly Command[] = [
  up,
  down,
  status,
  reset,
  templatesCommand,
  newCommand,
  adoptCommand,
  run,
  deployCommand,
  ls,
  show,
  revisions,
  diff,
  traffic,
  rollbackCommand,
  canaryStart,
  canaryStatus,
  canaryResume,
  canaryHold,
  canaryAbort,
  canaryDismiss,
  logs,
  pingLs,
  pingNext,
  pingFire,
  pingDeliveries,
  eventSend,
  domainAdd,
  domainRm,
  domainLs,
  imageBuild,
  imageLs,
  imageRm,
  clockAdvance,
  doctorCommand,
  tour,
];
