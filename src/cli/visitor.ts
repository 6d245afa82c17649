/** Someone who visits the services: requests to the ingress with the host's name, needing no resolver. */
import { Agent, request } from 'node:http';
import { Fault } from '../core/faults.ts';

export interface Answer {
  status: number;
  /** Of the template's JSON; '' where it has none. */
  message: string;
  revision: string;
}

export interface Visitor extends Disposable {
  get(host: string): Promise<Answer>;
  /** Answers by revision. @throws when one of them is no 200 */
  count(host: string, requests: number): Promise<Map<string, number>>;
}

const atOnce = 8;
const limitMs = 30_000;

export function createVisitor(ingress: { host: string; port: number }, signal: AbortSignal): Visitor {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const get = (host: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { host: address, port } = ingress;
      const call = request({ host: address, port, agent, path: '/', headers: { host }, timeout: limitMs, signal });
      call.on('timeout', () => call.destroy(new Error(`${host} did not answer within ${limitMs / 1000} s`)));
      call.on('error', (error) => reject(signal.aborted ? new Fault('Cancelled') : error));
      call.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, ...fieldsOf(text) }));
      });
      call.end();
    });
  return {
    get,
    async count(host, requests) {
      const counts = new Map<string, number>();
      let left = requests;
      const visit = async (): Promise<void> => {
        while (left-- > 0) {
          const { status, revision } = await get(host);
          if (status !== 200) throw new Error(`${host} answered ${status}`);
          counts.set(revision, (counts.get(revision) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, visit));
      return counts;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function fieldsOf(text: string): { message: string; revision: string } {
  try {
    const { message = '', revision = '' } = JSON.parse(text) as { message?: string; revision?: string };
    return { message, revision };
  } catch {
    return { message: '', revision: '' };
  }
}
