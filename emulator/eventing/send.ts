/** Sends an event with Knative's retries: on no answer, 5xx, 404, 408, 409 and 429, waiting longer each time. */
import type { Deliver, DeliveryAnswer } from './eventing-ports.ts';

export interface RetryPolicy {
  /** Beside the first attempt. */
  retries: number;
  /** Before the retry with this number (from 1), in ms. */
  delay(retry: number): number;
  /** Of a 429 or 503 the Retry-After is obeyed where it is longer, up to this many ms; undefined: it is not looked at. */
  retryAfterMaxMs?: number;
}

export interface SendResult {
  /** HTTP status of the last attempt, 0 = no answer. */
  status: number;
  attempts: number;
  answer: DeliveryAnswer | undefined;
  error: string | undefined;
}

const retried = new Set([404, 408, 409, 429]);

export function isRetried(status: number): boolean {
  return status === 0 || status >= 500 || retried.has(status);
}

/** Never rejects. `wait` runs on the platform's real time: a retry is part of a request. */
export async function send(
  target: { url: string; headers: Record<string, string>; body: Uint8Array },
  policy: RetryPolicy,
  ports: { deliver: Deliver; wait(ms: number): Promise<void>; signal?: AbortSignal },
): Promise<SendResult> {
  let attempts = 0;
  for (;;) {
    attempts++;
    let status = 0;
    let answer: DeliveryAnswer | undefined;
    let error: string | undefined;
    try {
      answer = await ports.deliver(target.url, target.headers, target.body, ports.signal);
      status = answer.status;
      if (status < 200 || status >= 300) error = `the sink answered ${status}`;
    } catch (failure) {
      error = (failure as Error).message;
    }
    if (!isRetried(status) || attempts > policy.retries || ports.signal?.aborted)
      return { status, attempts, answer, error };
    await ports.wait(Math.max(policy.delay(attempts), askedDelay(answer, policy.retryAfterMaxMs)));
  }
}

/** ms that the answer asks to wait (RFC 9110, section 10.2.3), cut at `most`. */
function askedDelay(answer: DeliveryAnswer | undefined, most = 0): number {
  if (!answer || (answer.status !== 429 && answer.status !== 503)) return 0;
  const text = answer.headers['retry-after'] ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(ms, most);
}
