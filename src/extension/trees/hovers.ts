/** What a row of the Applications tree says when one rests on it: Markdown, in which others' words are only text. Pure leaf. */
import type { PingSchedule } from '../../../emulator/capabilities/protocol.ts';
import type { Trouble } from '../../core/crash.ts';
import type { PingModel } from '../../core/ping.ts';
import type { RevisionModel } from '../../core/revisions.ts';
import { ownPaths } from '../../core/short-cause.ts';
import { unturned } from '../../core/unturned.ts';
import type { ExtensionKey, Say } from '../messages.ts';
import { markdownText } from '../plain.ts';
import { clockText, inText } from './time.ts';

const shownLines = 12;
/** Two blanks at its end: the next one begins a line. */
const nextLine = '  \n';

type Line = readonly [ExtensionKey, string | false | undefined];

/** An address of the cluster's inside leads nowhere when it is clicked: in a code span it is no link. */
const code = (text: string): string => `\`${unturned(text).replace(/[`\s]+/g, ' ')}\``;

const linesOf = (say: Say, lines: readonly Line[]): string =>
  lines.flatMap(([label, text]) => (text ? [say('hover.line', { label: say(label) }) + text] : [])).join(nextLine);

export interface RevisionHover {
  model: RevisionModel;
  /** Ready, starting, failed… */
  state: string;
  trouble: Trouble | undefined;
  instances: string;
  locale: string;
}

/** How it is and why, what it takes, and where it comes from; of one that failed, what its instance wrote last. */
export function revisionHover({ model, state, trouble, instances, locale }: RevisionHover, say: Say): string {
  const { name, percent, tags, image, created, from } = model;
  const told = trouble ?? model;
  const commit = from.commit && [
    `${from.commit.slice(0, 7)}${from.dirty ? '*' : ''}`,
    from.subject && `“${from.subject}”`,
  ];
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
  return [
    `**${markdownText(name)}** — ${markdownText([state, told.reason].filter(Boolean).join(' · '))}`,
    linesOf(say, [
      ['hover.traffic', markdownText([say('tree.percent', { percent }), ...tags].join(' · '))],
      ['hover.instances', markdownText(instances)],
      ['hover.created', markdownText([when.format(Date.parse(created)), from.by].filter(Boolean).join(' · '))],
      ['hover.commit', commit && markdownText(commit.filter(Boolean).join(' '))],
      ['hover.image', image && code(image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…'))],
    ]),
    quoted(unturned(ownPaths(told.message))),
  ]
    .filter(Boolean)
    .join('\n\n');
}

export interface PingHover {
  ping: PingModel;
  schedule: PingSchedule | undefined;
  /** The schedule in words. */
  words: string;
  now: number;
  locale: string;
}

/** When it fires, whereto, and what came of the last time. */
export function pingHover({ ping, schedule, words, now, locale }: PingHover, say: Say): string {
  const fires = (schedule?.next ?? []).filter((at) => at > now);
  const [next] = fires;
  const times = fires.map((at) => clockText(at, now, locale));
  const last = schedule?.last;
  const zone = ping.timezone || schedule?.timezone;
  return [
    `**${markdownText(ping.name)}** — ${markdownText(ping.ready === 'False' ? ping.reason : words)}`,
    linesOf(say, [
      ['hover.schedule', [code(ping.schedule), zone && markdownText(zone)].filter(Boolean).join(' · ')],
      ['hover.sink', ping.sink && code(ping.sink)],
      ['hover.last', last && say('hover.answer', { status: last.status || say('ping.noAnswer'), ms: last.ms })],
      ['hover.next', next !== undefined && `${inText(say, next - now)} · ${times.join(say('list.separator'))}`],
    ]),
  ].join('\n\n');
}

/** As it was written, its end where it is long: in a fence that nothing in it closes. */
function quoted(text: string): string {
  const lines = text.trimEnd().split('\n');
  const shown = lines.length > shownLines ? ['…', ...lines.slice(-shownLines)] : lines;
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return text.trim() === '' ? '' : [fence, ...shown, fence].join('\n');
}
