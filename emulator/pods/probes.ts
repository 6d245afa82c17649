/** One look at a container: HTTP, TCP, gRPC health or a command. Never throws; says why it failed as kubelets do. */

import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { connect } from 'node:net';
import type { ExecStreams, ExitInfo } from './ports.ts';
import type { HttpGetAction, Probe } from './types.ts';

export interface ProbeResult {
  ok: boolean;
  message: string;
  /** Nobody listens there (yet). */
  refused?: boolean;
}

export interface ProbeTarget {
  /** Where a port of the container is reached from here. */
  address(port: number | string): { host: string; port: number } | undefined;
  exec(argv: string[], io: ExecStreams): Promise<ExitInfo>;
}

export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  const timeoutMs = Math.max(1, probe.timeoutSeconds ?? 1) * 1_000;
  try {
    if (probe.httpGet) return await httpProbe(probe.httpGet, target, timeoutMs);
    if (probe.tcpSocket) return await tcpProbe(addressOf(target, probe.tcpSocket.port), timeoutMs);
    if (probe.grpc) return await grpcProbe(addressOf(target, probe.grpc.port), probe.grpc.service ?? '', timeoutMs);
    if (probe.exec) return await execProbe(probe.exec.command, target, timeoutMs);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, message, refused: code === 'ECONNREFUSED' || code === 'NoAddress' };
  }
  return { ok: true, message: '' };
}

function addressOf(target: ProbeTarget, port: number | string): { host: string; port: number } {
  const address = target.address(port);
  if (!address) throw Object.assign(new Error(`no port ${port} is known`), { code: 'NoAddress' });
  return address;
}

function tcpProbe(address: { host: string; port: number }, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address });
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      resolve({ ok: false, message: `dial tcp ${address.host}:${address.port}: i/o timeout` });
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ ok: true, message: '' });
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
      reject(Object.assign(new Error(`dial tcp ${address.host}:${address.port}: ${why}`), { code: error.code }));
    });
  });
}

function httpProbe(action: HttpGetAction, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const address = addressOf(target, action.port);
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const path = action.path?.startsWith('/') ? action.path : `/${action.path ?? ''}`;
  const headers: Record<string, string | string[]> = {
    'user-agent': 'kube-probe/1.36',
    accept: '*/*',
    connection: 'close',
  };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const url = `${scheme}://${address.host}:${address.port}${path}`;
  return new Promise((resolve, reject) => {
    const request = (scheme === 'https' ? https : http).request(
      { host: address.host, port: address.port, path, headers, agent: false, rejectUnauthorized: false },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        const ok = status >= 200 && status < 400;
        resolve({ ok, message: ok ? '' : `HTTP probe failed with statuscode: ${status}` });
      },
    );
    const timer = setTimeout(() => {
      request.destroy();
      const why = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
      resolve({ ok: false, message: `Get "${url}": ${why}` });
    }, timeoutMs);
    request.once('close', () => clearTimeout(timer));
    request.once('error', (error: NodeJS.ErrnoException) => {
      const refused = error.code === 'ECONNREFUSED';
      const why = refused ? `dial tcp ${address.host}:${address.port}: connect: connection refused` : error.message;
      reject(Object.assign(new Error(`Get "${url}": ${why}`), { code: error.code }));
    });
    request.end();
  });
}

/** Of grpc-status, as Go names them. */
const grpcCodes = (
  'OK Canceled Unknown InvalidArgument DeadlineExceeded NotFound AlreadyExists PermissionDenied ResourceExhausted ' +
  'FailedPrecondition Aborted OutOfRange Unimplemented Internal Unavailable DataLoss Unauthenticated'
).split(' ');
const servingStates = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** grpc.health.v1.Health/Check; the one message is small enough to be written by hand. */
function grpcProbe(address: { host: string; port: number }, service: string, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const at = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
    const within = `within ${timeoutMs / 1_000}s`;
    const session = http2.connect(`http://${at}`);
    let connected = false;
    session.once('remoteSettings', () => {
      connected = true;
    });
    const end = (finish: () => void) => {
      clearTimeout(timer);
      session.destroy();
      finish();
    };
    const fail = (message: string) => end(() => resolve({ ok: false, message }));
    // A kubelet tries to connect until its time is over, whatever it meets.
    const notConnected = `timeout: failed to connect service "${at}" ${within}: context deadline exceeded`;
    const timer = setTimeout(
      () => fail(connected ? `timeout: health rpc did not complete ${within}` : notConnected),
      timeoutMs,
    );
    const broken = (error: NodeJS.ErrnoException) =>
      connected
        ? fail(`error: health rpc probe failed: rpc error: code = Unavailable desc = ${error.message}`)
        : end(() => reject(Object.assign(new Error(notConnected), { code: error.code })));
    session.on('error', broken);
    const name = Buffer.from(service);
    const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status = Number.NaN;
    let why = '';
    const read = (headers: http2.IncomingHttpHeaders) => {
      if (headers['grpc-status'] === undefined) return;
      status = Number(headers['grpc-status']);
      why = unescaped(String(headers['grpc-message'] ?? ''));
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A stream that the session's own error ends says only that it was cancelled.
    stream.on('error', (error) => session.destroyed || broken(error));
    stream.on('end', () => {
      const body = Buffer.concat(chunks).subarray(5);
      if (status === 0) {
        // Field 1, varint; a zero is not written.
        const state = servingStates[body[0] === 0x08 ? (body[1] ?? 0) : 0] ?? String(body[1]);
        if (state === 'SERVING') return end(() => resolve({ ok: true, message: '' }));
        return fail(`service unhealthy (responded with "${state}")`);
      }
      if (grpcCodes[status] === 'Unimplemented') {
        return fail(`error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${why}`);
      }
      const code = grpcCodes[status] ?? 'Unknown';
      fail(`error: health rpc probe failed: rpc error: code = ${code} desc = ${why}`);
    });
    stream.end(frame);
  });
}

/** Of `grpc-message`, which is percent-encoded; what is not stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function execProbe(command: string[], target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  let output = '';
  const take = (chunk: Uint8Array) => {
    if (output.length < 10_240) output += Buffer.from(chunk).toString('utf8');
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  const end = await Promise.race([target.exec(command, { stdout: take, stderr: take }), late]);
  clearTimeout(timer);
  if (end === 'late') {
    return { ok: false, message: `command "${command.join(' ')}" timed out` };
  }
  return { ok: end.code === 0, message: end.code === 0 ? '' : output || (end.message ?? `exit status ${end.code}`) };
}
