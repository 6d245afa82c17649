/** What stands for a line without its elements: names, times, the words of a mark, and the text that is copied and saved. Pure leaf. */

import type { Line } from '../../src/core/log-lines/line.ts';
import { t } from '../messages.ts';

export function shortOf(revision: string, service: string): string {
  const rest = revision.startsWith(`${service}-`) ? revision.slice(service.length + 1) : '';
  return rest === '' ? revision : rest;
}

/** `00004-x7q` of the pod `hello-00004-deployment-7c9-x7q`. */
export function podName(pod: string, revision: string, service: string): string {
  const tail = pod.slice(pod.lastIndexOf('-') + 1);
  return tail ? `${shortOf(revision, service)}-${tail}` : shortOf(revision, service);
}

export function plainRow(line: Line, service: string): string {
  if (line.mark !== null) return `— ${markText(line, service)} —`;
  return `${new Date(line.time).toISOString()} ${line.pod || line.revision} ${line.plain}`;
}

export function timeText(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

export function markText({ mark, pod, revision, time }: Line, service: string): string {
  const name = podName(pod, revision, service);
  const args = { pod: name, revision: shortOf(revision, service), time: timeText(time) };
  const [word = '', first = '', second = ''] = (mark ?? '').split(' ');
  if (word === 'scaled') return t('logs.mark.scaled', { ...args, from: first, to: second });
  if (word === 'exited') return t('logs.mark.exited', { ...args, code: first });
  if (word === 'killed') return t('logs.mark.killed', { ...args, signal: first });
  switch (mark) {
    case 'started':
      return t('logs.mark.started', args);
    case 'ready':
      return t('logs.mark.ready', args);
    case 'stopped':
      return t('logs.mark.stopped', args);
    case 'new revision':
      return t('logs.mark.revision', args);
    case 'no history before':
      return t('logs.mark.noHistory', args);
    case 'platform away':
      return t('logs.mark.away');
    case 'platform back':
      return t('logs.mark.back');
    default:
      return [name, mark].filter(Boolean).join(' ');
  }
}
