/**
 * Applications of other languages as their own tools and the func CLI lay them out: adopted, run, built and started once for a save, and
 * ended with nothing left. With SLIPWAY_TEST_FULL=1: what they need comes from Maven Central, PyPI and Go's proxy. Gradle is the machine's.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/run/run.ts';
import { startSlipway } from '../../support/cli.ts';
import { jdb } from '../../support/debug-clients.ts';
import { request } from '../../support/ingress.ts';
import { pom } from '../../support/maven.ts';
import { writeFiles } from '../../support/places.ts';
import { usePlatform } from '../../support/platform.ts';
import { processesOf } from '../../support/processes.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const machine = (...names: string[]) => full && names.every((name) => findProgram('', name));

interface Case {
  name: string;
  there: boolean;
  files: Record<string, string>;
  /** What the first start would tell to be missing. */
  install?: string;
  source: string;
  /** With an event of CloudEvents, not with GET. */
  event?: boolean;
  answers: [before: string, after: string];
}

const quarkus = `<dependencyManagement><dependencies><dependency>
    <groupId>io.quarkus.platform</groupId><artifactId>quarkus-bom</artifactId><version>3.37.1</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies><dependency><groupId>io.quarkus</groupId><artifactId>quarkus-rest</artifactId></dependency></dependencies>
  <build><plugins><plugin>
    <groupId>io.quarkus.platform</groupId><artifactId>quarkus-maven-plugin</artifactId><version>3.37.1</version>
    <extensions>true</extensions><executions><execution><goals><goal>build</goal></goals></execution></executions>
  </plugin></plugins></build>`;
const spring = `<dependencies><dependency>
    <groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId>
  </dependency></dependencies>
  <build><plugins><plugin>
    <groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId>
  </plugin></plugins></build>`;
const springParent = `<parent>
    <groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>
    <version>3.5.12</version><relativePath/>
  </parent>`;
const gradleFiles = {
  'settings.gradle': "rootProject.name = 'shop'\n",
  'build.gradle': "apply plugin: 'java'\napply plugin: 'application'\nmainClassName = 'app.Main'\n",
  'src/main/java/app/Main.java': `package app;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = "before".getBytes();
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }
}
`,
};

const cases: Case[] = [
  {
    name: 'go-http',
    there: machine('go'),
    files: {
      'func.yaml': 'name: go-http\nruntime: go\n',
      'go.mod': 'module function\n\ngo 1.21\n',
      'handle.go':
        'package function\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n\nfunc Handle(w http.ResponseWriter, r *http.Request) {\n\tfmt.Fprint(w, "before")\n}\n',
    },
    install: 'go get knative.dev/func-go/http@v0.22.0',
    source: 'handle.go',
    answers: ['before', 'after'],
  },
  {
    name: 'go-events',
    there: machine('go'),
    files: {
      'func.yaml': 'name: go-events\nruntime: go\ninvoke: cloudevent\n',
      'go.mod': 'module function\n\ngo 1.21\n\nrequire github.com/cloudevents/sdk-go/v2 v2.15.2\n',
      'function.go': `package function

import "github.com/cloudevents/sdk-go/v2/event"

type F struct{}

func New() *F { return &F{} }

func (f *F) Handle(e event.Event) (*event.Event, error) {
\te.SetType("before")
\treturn &e, nil
}
`,
    },
    install: 'go get knative.dev/func-go/cloudevents@v0.22.0',
    source: 'function.go',
    event: true,
    answers: ['before', 'after'],
  },
  ...([false, true] as const).map((event) => ({
    name: event ? 'python-events' : 'python-http',
    there: machine('python3'),
    files: {
      'func.yaml': `name: ${event ? 'python-events' : 'python-http'}\nruntime: python\n${event ? 'invoke: cloudevent\n' : ''}`,
      'function/__init__.py': 'from .func import new\n',
      'function/func.py': event
        ? `from cloudevents.core.v1.event import CloudEvent

def new():
    return Function()

class Function:
    async def handle(self, scope, receive, send):
        await send.binary(CloudEvent(attributes={"type": "before", "source": "f", "id": "1"}, data={}))
`
        : `def new():
    return Function()

class Function:
    async def handle(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"before"})
`,
    },
    install: 'python3 -m venv .venv && .venv/bin/pip install --quiet func_python==0.8.1',
    source: 'function/func.py',
    event,
    answers: ['before', 'after'] as [string, string],
  })),
  {
    name: 'quarkus',
    there: machine('java', 'mvn'),
    files: {
      'pom.xml': pom({ body: quarkus }),
      'src/main/java/shop/Shop.java':
        'package shop;\n\n@jakarta.ws.rs.Path("/")\npublic class Shop {\n    @jakarta.ws.rs.GET\n    public String shop() {\n        return "before";\n    }\n}\n',
    },
    source: 'src/main/java/shop/Shop.java',
    answers: ['before', 'after'],
  },
  {
    name: 'spring',
    there: machine('java', 'mvn'),
    files: {
      'pom.xml': pom({ parent: springParent, body: spring }),
      'src/main/java/shop/Shop.java': `package shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Shop {
    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }

    @GetMapping("/")
    public String shop() {
        return "before";
    }
}
`,
    },
    source: 'src/main/java/shop/Shop.java',
    answers: ['before', 'after'],
  },
  {
    name: 'gradle',
    there: machine('java', 'gradle'),
    files: gradleFiles,
    source: 'src/main/java/app/Main.java',
    answers: ['before', 'after'],
  },
];

const platform = usePlatform('languages', {
  GOCACHE: join(homedir(), '.cache', 'go-build'),
  // A build server of Gradle's own stays for hours, as it is meant to.
  GRADLE_OPTS: '-Dorg.gradle.daemon=false',
});

function start(dir: string, ...options: string[]) {
  const { env } = platform();
  const run = startSlipway(['run', dir, '--json', ...options], { env });
  const stop = async () => {
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    const ofInstances = processesOf(dir).filter(({ command }) => !/GradleDaemon/.test(command));
    expect(ofInstances).toEqual([]);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as RunEvent);
  };
  return { run, stop };
}

describe.each(cases)('$name', ({ name, there, files, install, source, event, answers: [before, after] }) => {
  it.runIf(there)(
    'is adopted, answers, is started once for a save, and leaves nothing',
    async () => {
      const { at, slipway, up, env } = platform();
      writeFiles(at(name), files);
      expect((await slipway('adopt', at(name))).code).toBe(0);
      if (install !== undefined) execFileSync('sh', ['-c', install], { cwd: at(name), env, stdio: 'pipe' });
      const { run, stop } = start(at(name));
      const headers = { 'ce-id': '1', 'ce-type': 'x', 'ce-source': '/x', 'ce-specversion': '1.0' };
      const asked = event ? { method: 'POST', headers, body: '{}' } : {};
      const answer = async () => {
        const got = await request(up.ingress, { host: `${name}.dev.localhost`, ...asked });
        return event ? String(got.headers['ce-type']) : String(got.body);
      };
      await run.printed(/"state":"ready"/);
      expect(await answer()).toBe(before);
      const file = at(name, source);
      writeFileSync(file, readFileSync(file, 'utf8').replace(before, after));
      await run.printed(/"state":"ready"[\s\S]*"state":"ready"/);
      await until('the new answer', async () => (await answer()) === after);
      const restarts = (await stop()).filter((each) => each.type === 'state' && each.state === 'restarting');
      expect(restarts).toHaveLength(1);
    },
    600_000,
  );
});

it.runIf(machine('java', 'gradle', 'jdb'))(
  "a start script of Gradle's waits for its debugger, and stands at a breakpoint",
  async () => {
    const { at, slipway, up } = platform();
    writeFiles(at('debugged'), gradleFiles);
    expect((await slipway('adopt', at('debugged'))).code).toBe(0);
    const { run, stop } = start(at('debugged'), '--debug');
    const [, host = '', port] = await run.printed(/"type":"debug"[^}]*"host":"([^"]+)"[^}]*"port":(\d+)/);
    const file = at('debugged', 'src', 'main', 'java', 'app', 'Main.java');
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('byte[] bytes')) + 1;
    const attach = jdb(findProgram('', 'jdb') ?? 'jdb');
    await using client = await attach({ host, port: Number(port) }, { file, line, className: 'app.Main' }, () => {});
    await run.printed(/"state":"ready"/);
    const answer = request(up.ingress, { host: 'debugged.dev.localhost', timeout: 60_000 });
    await client.stopped;
    await client.goOn();
    expect(String((await answer).body)).toBe('before');
    await stop();
  },
  300_000,
);
