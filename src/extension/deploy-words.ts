/** How a deploy is told, wherever it began: its steps with their times, and its verdict in one line. */
import type { DeployProgress } from '../core/deploy/deploy.ts';
import type { Verdict } from '../core/deploy/verdict.ts';
import type { Words } from './messages.ts';

/** The verdict without what can be done about it. */
export function verdictText({ say, problem }: Words, verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'serving': {
      const { service, revision, percent, url } = verdict;
      const args = { service, revision, percent, url, seconds: inSeconds(verdict.totalMs) };
      return say(verdict.unchanged ? 'deploy.unchanged' : 'deploy.serving', args);
    }
    case 'ready':
      return say('deploy.ready', { revision: verdict.revision, seconds: inSeconds(verdict.totalMs) });
    case 'failed':
      return say('deploy.failed', { service: verdict.service, cause: problem(verdict.cause).text });
    case 'planned':
      return verdict.image ?? verdict.service;
  }
}

export const inSeconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** The steps so far in one line: those that are done with their times, then the one under way. */
export function stepsTeller(words: Words): (progress: DeployProgress) => string | undefined {
  const { say } = words;
  const done: string[] = [];
  return (progress) => {
    if (progress.type === 'waiting') {
      return [...done, say('deploy.waiting', { reason: progress.message || progress.reason })].join(' · ');
    }
    if (progress.type !== 'phase') return undefined;
    const phase = say(`deploy.phase.${progress.phase}`);
    if (progress.state === 'started') return [...done, phase].join(' · ');
    done.push(say('deploy.step', { phase, seconds: inSeconds(progress.ms) }));
    return undefined;
  };
}
