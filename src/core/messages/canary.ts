/** What a guarded canary does and why, in words: the same on the command line and in the editor. Pure leaf. */
import type { CanaryObservation, CanaryState, CanaryWhy } from '../traffic/canary.ts';
import { defineArea, type Locale, renderIn } from './render.ts';

export const canaryMessages = defineArea(
  {
    'step.wait': 'Step {step} of {steps}: {percent} % asked for, waiting until it is routed',
    'step.watch': 'Step {step} of {steps}: {percent} %, watching for {left} s more',
    'step.requests': 'Step {step} of {steps}: {percent} %, waiting for requests ({requests} of {needed})',
    'step.blind': 'Step {step} of {steps}: {percent} %, {left} s more by time alone: this platform measures nothing',
    held: 'Holds at {percent} %',
    unattended: 'Holds at {percent} %: nobody drives it',
    succeeded: 'Done: {revision} takes {percent} %',
    rolledBack: 'Rolled back to the split before',
    away: 'The platform is away; it goes on when it is back',
    because: '{text}: {why}',
    'why.errors': '{percent} % of {requests} answers were errors, the limit is {limit} %',
    'why.latency': 'p95 was {ms} ms, more than {limit} × the {stable} ms of the stable revision',
    'why.revisionFailed': 'revision {revision} failed',
    'why.revisionGone': 'revision {revision} is gone',
    'why.notRouted': 'the split was not in force after {seconds} s',
    'why.changedElsewhere': 'the split was changed elsewhere',
    'why.byUser': 'on request',
  },
  {
    'step.wait': '第 {step}/{steps} 步：已请求 {percent} %，等待路由生效',
    'step.watch': '第 {step}/{steps} 步：{percent} %，继续观察 {left} 秒',
    'step.requests': '第 {step}/{steps} 步：{percent} %，等待请求（{requests}/{needed}）',
    'step.blind': '第 {step}/{steps} 步：{percent} %，仅按时间再等 {left} 秒：此平台不提供测量数据',
    held: '保持在 {percent} %',
    unattended: '保持在 {percent} %：没有窗口在推进',
    succeeded: '完成：{revision} 承接 {percent} %',
    rolledBack: '已回滚到之前的分配',
    away: '平台已断开，恢复后继续',
    because: '{text}：{why}',
    'why.errors': '{requests} 个响应中有 {percent} % 出错，上限为 {limit} %',
    'why.latency': 'p95 为 {ms} 毫秒，超过稳定修订版本 {stable} 毫秒的 {limit} 倍',
    'why.revisionFailed': '修订版本 {revision} 失败',
    'why.revisionGone': '修订版本 {revision} 已不存在',
    'why.notRouted': '分配在 {seconds} 秒后仍未生效',
    'why.changedElsewhere': '流量分配在别处被更改',
    'why.byUser': '由用户要求',
  },
);

/**
 * One line: where it stands, and why when it was stopped. `seen` is what it was last judged by; `driven` that somebody moves
 * it; `now` ms since the epoch.
 */
export function canaryText(
  locale: Locale,
  state: CanaryState,
  now: number,
  { seen, driven }: { seen?: Pick<CanaryObservation, 'measured'> | undefined; driven: boolean },
): string {
  const { plan, phase, step, since } = state;
  const args = { step: step + 1, steps: plan.steps.length, percent: plan.steps[step] ?? 0, revision: plan.revision };
  const say = (key: keyof (typeof canaryMessages)['en'], more: Record<string, string | number> = {}) =>
    renderIn(canaryMessages, locale, key, { ...args, ...more });
  const because = (text: string) => (state.why ? say('because', { text, why: canaryWhy(locale, state.why) }) : text);
  switch (phase) {
    case 'succeeded':
      return say('succeeded');
    case 'rolledBack':
      return because(say('rolledBack'));
    case 'held':
      return because(say('held'));
    case 'running': {
      if (!driven) return say('unattended');
      if (since === null) return say('step.wait');
      const left = Math.max(0, Math.ceil((plan.pauseMs - (now - since)) / 1_000));
      if (seen?.measured === null) return say('step.blind', { left });
      const requests = seen?.measured?.canary.requests ?? 0;
      if (left === 0 && requests < plan.minRequests)
        return say('step.requests', { requests, needed: plan.minRequests });
      return say('step.watch', { left });
    }
  }
}

export function canaryWhy(locale: Locale, why: CanaryWhy): string {
  return renderIn(canaryMessages, locale, `why.${why.code}`, why.args);
}

export function canaryAway(locale: Locale): string {
  return renderIn(canaryMessages, locale, 'away');
}
