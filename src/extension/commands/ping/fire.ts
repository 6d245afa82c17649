/** Fire a ping source now; say when it fires next. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { plainItem } from '../../plain.ts';
import { loadReaders } from '../../readers.ts';
import { inText } from '../../trees/time.ts';
import { subject } from '../argument.ts';

export function firePing(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const source = subject('ping', argument) ?? (await pick(deps));
    if (!source) return;
    try {
      const [client, { fireNow }] = await Promise.all([deps.platforms.needOf(entry), import('../../../core/ping.ts')]);
      const delivery = await fireNow(client, source.namespace, source.name);
      const status = delivery.status === 0 ? say('ping.noAnswer') : String(delivery.status);
      if (delivery.status >= 200 && delivery.status < 300) {
        const text = say('ping.delivered', { name: source.name, status, ms: delivery.ms });
        deps.log.info(text);
        vscode.window.setStatusBarMessage(text, 8_000);
      } else {
        const detail = delivery.error ?? status;
        deps.log.error(say('ping.failed', { name: source.name, detail }));
        void vscode.window.showWarningMessage(say('ping.failed', { name: source.name, detail }));
      }
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}

export function nextPings(deps: Deps) {
  const { say, locale } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const source = subject('ping', argument) ?? (await pick(deps));
    if (!source) return;
    try {
      const [client, { nextFires }, { readSchedule }] = await Promise.all([
        deps.platforms.need(),
        import('../../../core/ping.ts'),
        import('../../../core/manifest/cron-words.ts'),
      ]);
      const { next, schedule: cron, timezone } = await nextFires(client, source.namespace, source.name, 10);
      // The platform's clock may have been moved.
      const now = Date.now() + (deps.platforms.snapshot.info?.clockOffsetMs ?? 0);
      const read = readSchedule(locale, cron, timezone, now, 1);
      const schedule = 'words' in read ? `${read.words} · ${cron}` : cron;
      const format = new Intl.DateTimeFormat(locale, {
        ...{ weekday: 'short', month: 'short', day: 'numeric' },
        ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
      });
      const items = next.map((at) => ({
        label: `${format.format(at)} ${zoneName(at, locale)}`,
        description: inText(say, at - now),
      }));
      await vscode.window.showQuickPick(items, {
        placeHolder: say('ping.nextTitle', { name: source.name, schedule, timezone }),
      });
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}

/** Chinese puts it between the day and the hour. */
function zoneName(at: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

async function pick(deps: Deps): Promise<{ name: string; namespace: string } | undefined> {
  await deps.platforms.need();
  const { snapshot } = deps.platforms;
  const { tree } = await loadReaders();
  const pings = snapshot.pings.map(tree.ping);
  if (pings.length === 0) {
    void vscode.window.showInformationMessage(deps.problems.say('ping.none', { target: snapshot.entry.label }));
    return undefined;
  }
  if (pings.length === 1) return pings[0];
  const items = pings.map((ping) =>
    plainItem({ label: ping.name, description: ping.schedule, detail: ping.sink, ping }),
  );
  return (await vscode.window.showQuickPick(items, { placeHolder: deps.problems.say('ping.pick') }))?.ping;
}
