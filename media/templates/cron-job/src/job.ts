/**
 * A scheduled job: a PingSource (deploy/schedule.yaml) sends a CloudEvent, and this does the work. It scales to zero in
 * between. Node 22.18 or newer runs this file as it is; there is no dependency.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

interface Event {
  id: string;
  type: string;
  source: string;
  time: string | undefined;
  data: unknown;
}

/** The job itself. Throw, and the platform delivers the event again. */
async function run(event: Event): Promise<void> {
  log('info', 'job done', { event: event.id, data: event.data });
}

/** A CloudEvent in binary mode: its attributes are ce-* headers, its data the body. */
async function readEvent(request: IncomingMessage): Promise<Event | undefined> {
  const attribute = (name: string): string | undefined => {
    const value = request.headers[`ce-${name}`];
    return Array.isArray(value) ? value[0] : value;
  };
  const id = attribute('id');
  const type = attribute('type');
  const source = attribute('source');
  if (!id || !type || !source) return undefined;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const isJson = /\bjson\b/.test(request.headers['content-type'] ?? '');
  return { id, type, source, time: attribute('time'), data: isJson && text ? JSON.parse(text) : text };
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('waiting for events\n');
    return;
  }
  const event = await readEvent(request);
  if (!event) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('not a CloudEvent\n');
    return;
  }
  log('info', 'event received', { event: event.id, type: event.type, source: event.source });
  await run(event);
  response.writeHead(204).end();
}

function log(level: 'info' | 'error', message: string, fields: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    log('error', 'job failed', { error: error instanceof Error ? error.stack : String(error) });
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});

server.listen(port, () => log('info', 'listening', { port }));

// The job that is under way is finished; then the process ends.
process.on('SIGTERM', () => {
  log('info', 'stopping');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
