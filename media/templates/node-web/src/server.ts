/**
 * A web service: Node's own HTTP server, no dependency. Node 22.18 or newer runs this file as it is.
 * The platform says where to listen (PORT) and when to end (SIGTERM).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const port = Number(process.env.PORT ?? 8080);
const greeting = process.env.GREETING ?? 'Hello';

function handle(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  if (url.pathname === '/healthz') {
    send(response, 200, { ok: true });
    return;
  }
  const name = url.searchParams.get('name') ?? 'world';
  const message = `${greeting}, ${name}!`;
  log('info', 'request', { method: request.method, path: url.pathname, name });
  send(response, 200, { message, revision: process.env.K_REVISION ?? 'local' });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** One JSON object a line: log views and collectors find level, message and fields in it. */
function log(level: 'info' | 'error', message: string, fields: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

const server = createServer((request, response) => {
  try {
    handle(request, response);
  } catch (error) {
    log('error', 'request failed', { error: error instanceof Error ? error.stack : String(error) });
    if (!response.headersSent) send(response, 500, { error: 'internal error' });
    else response.destroy();
  }
});

server.listen(port, () => log('info', 'listening', { port }));

// Requests that are under way are answered; then the process ends.
process.on('SIGTERM', () => {
  log('info', 'stopping');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
