/** The feature list: every command with what it does. */
import * as vscode from 'vscode';
import type { CommandId } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { subjectOf } from '../trees/rows.ts';
import type { Views } from '../views/register.ts';
import { adoptApplication } from './application/adopt.ts';
import { deployApplication } from './application/deploy.ts';
import { deployToEnvironment } from './application/deploy-to.ts';
import { newApplication } from './application/new.ts';
import { openManifest } from './application/open-manifest.ts';
import { runApplication } from './application/run.ts';
import { stopApplication } from './application/stop.ts';
import { serviceOf } from './argument.ts';
import { addDomainCommand, removeDomainCommand } from './domain/edit.ts';
import { previewUrlsCommand } from './domain/preview.ts';
import { doctorCommand } from './help/doctor.ts';
import { firePing, nextPings } from './ping/fire.ts';
import { copyKubeconfig } from './platform/copy-kubeconfig.ts';
import { platformMenu } from './platform/menu.ts';
import { resetPlatform } from './platform/reset.ts';
import { startPlatformCommand } from './platform/start.ts';
import { stopPlatformCommand } from './platform/stop.ts';
import { usePlatform } from './platform/use.ts';
import { compareRevisions } from './revision/compare.ts';
import { deleteRevision, retireRevision, tagRevision } from './revision/edit.ts';
import { deleteServiceCommand } from './service/delete.ts';
import { copyUrl, openUrl } from './service/open-url.ts';
import { pickServiceCommand, selectService, showLogs, showYaml } from './service/show.ts';
import { rollBackCommand } from './traffic/roll-back.ts';
import { sendAll } from './traffic/send-all.ts';

export type Handler = (argument?: unknown) => unknown;

export function commandTable(deps: Deps, views: Views): Record<CommandId, Handler> {
  return {
    'slipway.platform.start': startPlatformCommand(deps),
    'slipway.platform.stop': stopPlatformCommand(deps),
    'slipway.platform.reset': resetPlatform(deps),
    'slipway.platform.refresh': () => Promise.all([deps.platforms.refresh(), deps.applications.refresh()]),
    'slipway.platform.use': usePlatform(deps),
    'slipway.platform.copyKubeconfig': copyKubeconfig(deps),
    'slipway.platform.menu': platformMenu(deps),
    'slipway.application.new': newApplication(deps),
    'slipway.application.adopt': adoptApplication(deps),
    'slipway.application.deploy': deployApplication(deps),
    'slipway.application.deployTo': deployToEnvironment(deps),
    'slipway.application.run': runApplication(deps, { debug: false }),
    'slipway.application.debug': runApplication(deps, { debug: true }),
    'slipway.application.stop': stopApplication(deps),
    'slipway.application.openManifest': openManifest(deps),
    'slipway.service.openUrl': openUrl(deps),
    'slipway.service.copyUrl': copyUrl(deps),
    'slipway.service.showLogs': showLogs(deps, views),
    'slipway.service.openRevisions': async (argument) => {
      const key = await serviceOf(deps, argument ?? selected(deps));
      if (key) (await views.revisions()).open(key);
    },
    'slipway.service.delete': deleteServiceCommand(deps),
    'slipway.service.select': selectService(deps),
    'slipway.service.showYaml': showYaml(deps),
    'slipway.traffic.rollback': rollBackCommand(deps),
    'slipway.traffic.sendAll': sendAll(deps),
    'slipway.traffic.pickService': pickServiceCommand(deps),
    'slipway.revision.showLogs': showLogs(deps, views),
    'slipway.revision.compare': compareRevisions(deps),
    'slipway.revision.tag': tagRevision(deps),
    'slipway.revision.retire': retireRevision(deps),
    'slipway.revision.delete': deleteRevision(deps),
    'slipway.domain.add': addDomainCommand(deps),
    'slipway.domain.remove': removeDomainCommand(deps),
    'slipway.domain.open': openUrl(deps),
    'slipway.ping.fire': firePing(deps),
    'slipway.ping.next': nextPings(deps),
    'slipway.domain.preview': previewUrlsCommand(deps),
    'slipway.event.send': async (argument) => {
      const pointed = subjectOf(argument);
      (await views.events()).open(pointed && 'key' in pointed ? pointed.key : undefined);
    },
    'slipway.logs.pickService': async () => (await views.logs()).pick(),
    'slipway.doctor': doctorCommand(deps),
    'slipway.walkthrough': () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${deps.context.extension.id}#slipway.start`,
        false,
      ),
    'slipway.showOutput': () => deps.log.show(true),
  };
}

function selected(deps: Deps) {
  const key = deps.selection.current;
  return key && { type: 'service', key, url: undefined };
}
