/** An application that logs in every way that the log view and the source lines are about. */
import { execFileSync } from 'node:child_process';
import { writeFiles } from './places.ts';

export const server = `import { createServer } from 'node:http';
import { find } from './lib/catalog.js';

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://shop');
  try {
    if (url.pathname === '/boom') find(url.searchParams.has('ok') ? { name: 'x' } : undefined);
    if (url.pathname === '/json') {
      console.log(JSON.stringify({ level: 'warn', msg: 'upstream slow', upstream: 'catalog', ms: 812, tags: ['a', 'b'] }));
    }
    if (url.pathname === '/colour') console.log('\\u001b[32mgreen\\u001b[0m and \\u001b[1;35mbold\\u001b[0m');
    if (url.pathname === '/burst') burst(Number(url.searchParams.get('lines')));
    if (url.pathname === '/steady') return steady(url.searchParams, response);
    console.log('GET ' + url.pathname + url.search);
    response.end('ok ' + process.env.K_REVISION);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end('failed');
  }
});

function burst(lines) {
  for (let line = 1; line <= lines; line++) console.log('burst line ' + line + ' of ' + lines);
}

// So many lines a second for so many seconds, in steps of 20 ms.
function steady(wish, response) {
  const [rate, seconds] = [Number(wish.get('rate')), Number(wish.get('seconds'))];
  const began = performance.now();
  let line = 0;
  const timer = setInterval(() => {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1000) * rate));
    while (line < due) console.log('burst line ' + ++line + ' of ' + rate * seconds);
    if (line < rate * seconds) return;
    clearInterval(timer);
    response.end('ok');
  }, 20);
}

server.listen(process.env.PORT, () => console.log('listening'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

export const catalog = `export function find(item) {
  return item.name.trim();
}
`;

export const python = `import logging, os
from http.server import BaseHTTPRequestHandler, HTTPServer

logging.basicConfig(level=logging.INFO)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        print('asked for', self.path)
        logging.getLogger('py').warning('slow upstream %d ms', 812)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *args):
        pass


HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
`;

export const service = (name: string) => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/window: "6s"
        autoscaling.knative.dev/max-scale: "2"
    spec:
      containers:
        - image: dev.local/${name}
`;

export function writePythonApplication(dir: string): void {
  writeFiles(dir, {
    'slipway.yaml': 'name: pyshop\nbuild:\n  image: dev.local/pyshop\nrun:\n  start: python3 app.py\n',
    'app.py': python,
    'deploy/service.yaml': service('pyshop'),
  });
}

export function writeApplication(dir: string): void {
  writeFiles(dir, {
    'slipway.yaml': 'name: shop\nbuild:\n  image: dev.local/shop\nrun:\n  start: node server.js\n',
    'package.json': '{ "name": "shop", "type": "module" }\n',
    'server.js': server,
    'lib/catalog.js': catalog,
    'deploy/service.yaml': service('shop'),
  });
}

/** TypeScript that is compiled with source maps before it starts, as most Node applications are. */
export const compiled = `import { createServer } from 'node:http';

interface Order {
  total: number;
}

function price(order: Order | undefined): number {
  return order!.total;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://orders');
  try {
    if (url.pathname === '/boom') price(url.searchParams.has('ok') ? { total: 1 } : undefined);
    console.log('an order for', url.pathname);
    response.end('ok');
  } catch (error) {
    console.error(error);
    response.writeHead(500).end('failed');
  }
});

server.listen(process.env.PORT);
`;

/** @param tsc path of the compiler's program */
export function writeCompiledApplication(dir: string, tsc: string): void {
  writeFiles(dir, {
    'slipway.yaml': 'name: orders\nbuild:\n  image: dev.local/orders\nrun:\n  start: node dist/server.js\n',
    'package.json': '{ "name": "orders", "type": "module" }\n',
    'src/server.ts': compiled,
    'deploy/service.yaml': service('orders'),
  });
  const options = '--outDir dist --rootDir src --sourceMap --module nodenext --target es2023 --noCheck --ignoreConfig';
  execFileSync(process.execPath, [tsc, ...options.split(' '), 'src/server.ts'], { cwd: dir, stdio: 'pipe' });
}

/** In languages without a preload; each has a statement of its own and one that stands there twice. */
export const literal = {
  perl: {
    start: 'perl app.pl',
    file: 'app.pl',
    text: `use strict;
use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 16, ReuseAddr => 1) or die;
while (my $client = $server->accept()) {
  my $request = <$client>;
  while (my $line = <$client>) { last if $line =~ /^\\r?$/; }
  print "handled a request\\n";
  print "said at two places\\n" if $request;
  print "said at two places\\n" if !$request;
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
  close $client;
}
`,
  },
  java: {
    start: 'java App.java',
    file: 'App.java',
    text: `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class App {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
    server.createContext("/", exchange -> {
      System.out.println("handled a request");
      if (args.length == 0) System.out.println("said at two places");
      else System.out.println("said at two places");
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("ok".getBytes());
      exchange.close();
    });
    server.start();
  }
}
`,
  },
  go: {
    start: 'go run app.go',
    file: 'app.go',
    text: `package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("handled a request")
		if r.Method == "GET" {
			log.Printf("said at two places")
		} else {
			log.Printf("said at two places")
		}
		fmt.Fprint(w, "ok")
	})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
`,
  },
} as const;
export type LiteralLanguage = keyof typeof literal;

export function writeLiteralApplication(dir: string, language: LiteralLanguage): void {
  const { start, file, text } = literal[language];
  writeFiles(dir, {
    'slipway.yaml': `name: ${language}\nbuild:\n  image: dev.local/${language}\nrun:\n  start: ${start}\n`,
    [file]: text,
    'deploy/service.yaml': service(language),
  });
}

export interface FrameTimes {
  /** ms between two frames: the longest, and the one that 99 of 100 keep. */
  longest: number;
  p99: number;
  /** Until the last line was painted, and when that was, ms of the day's clock. */
  ms: number;
  at: number;
}

/** What holds a line: in our page, and in the editor's own output. */
const rowsOf = { logs: '.row', output: '.output-view .view-line, .panel .view-line' };

/** In the page: how long it took until the last line was painted, and the times between two frames meanwhile, ms. */
export const frameTimes = frameTimesOf(rowsOf.logs);
/** The same of an output channel, in the editor's window. */
export const outputFrameTimes = frameTimesOf(rowsOf.output);

function frameTimesOf(rows: string) {
  return new Function(
    '_',
    'wanted',
    `return new Promise((resolve) => {
  const began = performance.now();
  let last = began;
  const frames = [];
  const look = () => {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    const rows = [...document.querySelectorAll('${rows}')];
    // The editor's own lines have spaces that do not break.
    if (rows.some((row) => row.textContent.replaceAll('\u00a0', ' ').includes('burst line ' + wanted + ' of'))) {
      frames.sort((one, other) => one - other);
      resolve({ longest: frames.at(-1), p99: frames[Math.floor(frames.length * 0.99)], ms: now - began, at: Date.now() });
    } else requestAnimationFrame(look);
  };
  look();
})`,
  ) as (_: unknown, wanted: number) => Promise<FrameTimes>;
}
