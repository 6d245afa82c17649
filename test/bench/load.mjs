/** A closed-loop HTTP/1.1 load: each connection sends the next request when the answer is there. Raw sockets, so that it is cheap. */
import { connect } from 'node:net';

/**
 * @param target `{port, host}`: port on loopback and Host header.
 * @returns {Promise<{perSecond: number, p50: number, p99: number, errors: number}>} latencies in ms.
 */
export async function load({ port, host }, { connections, seconds }) {
  const request = `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const end = performance.now() + seconds * 1000;
  const latencies = [];
  let errors = 0;
  const one = () =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let sent = 0;
      let pending = '';
      const send = () => {
        sent = performance.now();
        socket.write(request);
      };
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('data', (text) => {
        pending += text;
        const head = pending.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: *(\d+)/i.exec(pending)?.[1] ?? Number.NaN);
        // Bodies without a length (chunked) end with the empty chunk.
        const whole = Number.isNaN(length) ? pending.endsWith('0\r\n\r\n') : pending.length >= head + 4 + length;
        if (!whole) return;
        if (!pending.startsWith('HTTP/1.1 200')) errors += 1;
        pending = '';
        latencies.push(performance.now() - sent);
        if (performance.now() < end) send();
        else socket.end();
      });
      socket.on('error', () => {
        errors += 1;
      });
      socket.on('close', resolve);
    });
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, one));
  const took = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { perSecond: latencies.length / took, p50: at(0.5), p99: at(0.99), errors };
}
