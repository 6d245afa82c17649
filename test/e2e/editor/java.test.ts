/**
 * F5 on an application in Java that its build compiles: what a breakpoint holds, what a save, an end and a stop do to a JVM that is
 * being debugged. The debugger is Microsoft's adapter, fetched from Maven Central. With SLIPWAY_TEST_FULL=1.
 */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { runningPlatform, setBreakpoint, stopByKey } from '../../support/editor/breakpoint.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { findJdk, javaExtension } from '../../support/editor/java.ts';
import { type IngressResponse, request } from '../../support/ingress.ts';
import { kubeOf } from '../../support/kube.ts';
import { pom } from '../../support/maven.ts';
import { temporaryHome, writeFiles } from '../../support/places.ts';
import { isAlive, processesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const jdk = full ? findJdk() : undefined;

const made = jdk && temporaryHome('java-extension');
afterAll(() => made?.[Symbol.dispose]());
const java = jdk && made && javaExtension(jdk, made.dir);
const needs = full && !java ? ' [needs java, javac and mvn]' : '';

const timeoutSeconds = 5;
const handled = 'int answer = 1';
const source = `package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

public class Server {
    public static void main(String[] arguments) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Server::handle);
        server.start();
        System.out.println("listening as " + ProcessHandle.current().pid());
    }

    private static void handle(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/exit")) System.exit(3);
        ${handled}
            ;
        byte[] bytes = ("answer " + answer).getBytes();
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
`;

/** Its own plugins start the same application: one within Maven's JVM, the other in one of its own. */
const goalsPom = pom({
  properties: '<exec.mainClass>shop.Server</exec.mainClass>',
  body: `<build>
    <plugins>
      <plugin>
        <groupId>org.codehaus.mojo</groupId>
        <artifactId>exec-maven-plugin</artifactId>
        <version>3.1.0</version>
      </plugin>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
        <version>2.7.18</version>
      </plugin>
    </plugins>
  </build>`,
});

/** Takes every request and answers none. */
const silent = "require('node:http').createServer(() => {}).listen(process.env.PORT);\n";

function write(folder: string, name: string, settings: string, files: Record<string, string>): void {
  const image = `dev.local/${name}`;
  const service = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name },
    spec: { template: { spec: { timeoutSeconds, containers: [{ image }] } } },
  };
  writeFiles(join(folder, name), {
    'slipway.yaml': `name: ${name}\nbuild:\n  image: ${image}\n${settings}`,
    'deploy/service.yaml': JSON.stringify(service),
    ...files,
  });
}

const file = 'src/main/java/shop/Server.java';
const goals = { executed: 'exec:java', booted: 'spring-boot:run' };

/** A window on the application and on the silent one, with Java's debugger. */
function useApplication(name: string, settings: Record<string, unknown> = {}) {
  let folder = '';
  const editor = useEditor({
    name,
    settings: { 'files.autoSave': 'off', ...settings },
    extensions: java ? [java.folder] : [],
    env: java?.env ?? {},
    workspace: (home) => {
      folder = join(home, 'workspace');
      write(folder, 'orders', `  command: javac -g -d out ${file}\nrun:\n  start: java -cp out shop.Server\n`, {
        [file]: source,
        '.gitignore': 'out/\n',
      });
      for (const [name, goal] of Object.entries(goals)) {
        write(folder, name, `run:\n  start: mvn -q compile ${goal}\n`, { [file]: source, 'pom.xml': goalsPom });
      }
      write(folder, 'silent', 'run:\n  start: node silent.cjs\n', { 'silent.cjs': silent });
      return folder;
    },
  });
  const console = () => editor().page.locator('.repl .monaco-list-row');
  const platform = () => until('the platform', () => runningPlatform(editor()), { timeout: 60_000 });
  const cli = async (...args: string[]) => {
    const { code, stderr } = await slipway(args, { env: editor().env, cwd: folder });
    expect(code, stderr).toBe(0);
  };
  /** With a platform that runs, the application is in the tree. */
  const opens = async (name: string) => {
    await cli('up', '--detach', '--port', '0');
    await editor().openContainer();
    await editor()
      .row('Applications', new RegExp(`^${name}`))
      .waitFor();
  };
  const stops = async (name: string) => {
    await stopByKey(editor(), kubeOf((await platform()).kubeconfig), name);
    expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
  };
  return { editor, path: (...parts: string[]) => join(folder, ...parts), console, platform, cli, opens, stops };
}

describe.runIf(java)(`an application in Java under its debugger${needs}`, () => {
  const { editor, path, console, platform, cli, opens, stops } = useApplication('java');
  const page = () => editor().page;
  const frame = () => page().locator('.debug-top-stack-frame-line').first();
  /** As a GET it would be sent once more, and to the next instance, where the connection had been used before. */
  const ask = async (host: string, path = '/') =>
    request((await platform()).ingress, { host, path, method: 'POST', timeout: 300_000 });
  const orders = 'orders.dev.localhost';
  const runs = () => console().filter({ hasText: `orders runs at http://${orders}` });
  /** A request that stands at the breakpoint, after the one before it has left. */
  const stopsAt = async () => {
    await frame().waitFor({ state: 'detached' });
    const answer = ask(orders);
    // Awaited only after what ends it has been seen.
    answer.catch(() => {});
    await frame().waitFor();
    return { answer };
  };
  /**
   * How a request ends whose JVM does: with it the debugger lets go of the thread, which may come to answer, to begin to (the answer
   * breaks off), or to nothing.
   */
  const ends = async (held: Promise<IngressResponse>) =>
    expect([200, 502, 'aborted']).toContain(
      await held.then(
        ({ status }) => status,
        ({ message }: Error) => message,
      ),
    );
  /** Processes of the JVMs that have said so. */
  const jvms: number[] = [];
  const nextJvm = async () => {
    // Of a long console only the end is drawn.
    const row = console().filter({ hasText: 'listening as' }).last();
    const pid = await until(
      'a JVM that listens',
      async () => {
        const found = Number(/listening as (\d+)/.exec((await row.textContent()) ?? '')?.[1]);
        return !jvms.includes(found) && found;
      },
      { timeout: 120_000 },
    );
    jvms.push(pid);
  };

  it('a request that stands at a breakpoint outlasts its timeout, and is answered when it goes on', async () => {
    await opens('orders');
    await cli('deploy', path('silent'));
    await setBreakpoint(editor(), path('orders', file), `orders/${file}`, handled);
    await page().keyboard.press('F5');
    await nextJvm();
    await runs().waitFor();
    const { answer: answered } = await stopsAt();
    await editor().shot('stopped');
    expect((await ask('silent.default.localhost')).status).toBe(504);
    await page().keyboard.press('F5');
    const { status, body, took } = await answered;
    expect([status, body]).toEqual([200, 'answer 1']);
    expect(took).toBeGreaterThan(timeoutSeconds * 1000);
  }, 300_000);

  it('a save builds it anew and starts it again, and the debugger attaches to that', async () => {
    await page().keyboard.press('End');
    await page().keyboard.type('0');
    await page().keyboard.press('Control+s');
    await nextJvm();
    const { answer: answered } = await stopsAt();
    await page().keyboard.press('F5');
    expect((await answered).body).toBe('answer 10');
  }, 120_000);

  it('so does one while it stands at the breakpoint', async () => {
    const before = jvms.at(-1) ?? 0;
    const { answer: answered } = await stopsAt();
    await page().keyboard.press('End');
    await page().keyboard.type('0');
    await page().keyboard.press('Control+s');
    await nextJvm();
    await editor().shot('again');
    await ends(answered);
    await until('the JVM before gone', () => !isAlive(before));
    const { answer: again } = await stopsAt();
    await page().keyboard.press('F5');
    expect((await again).body).toBe('answer 100');
  }, 120_000);

  it('one that exits while it stands there is said to have, and is debugged again once it has started anew', async () => {
    const { answer: held } = await stopsAt();
    const ran = await runs().count();
    const exits = performance.now();
    await ask(orders, '/exit');
    await console().filter({ hasText: 'orders crashed: The application ended with code 3.' }).waitFor();
    await editor().shot('exited');
    await ends(held);
    await nextJvm();
    await runs().nth(ran).waitFor();
    const seconds = Number(/\(([\d.]+) s\)/.exec((await runs().nth(ran).textContent()) ?? '')?.[1]);
    expect(seconds).toBeLessThanOrEqual((performance.now() - exits) / 1000 + 0.1);
    const { answer: again } = await stopsAt();
    await page().keyboard.press('F5');
    expect((await again).body).toBe('answer 100');
  }, 180_000);

  it('Shift+F5 ends the run and the JVM while it stands there', async () => {
    const last = jvms.at(-1) ?? 0;
    expect(isAlive(last)).toBe(true);
    const { answer: held } = await stopsAt();
    await stops('orders');
    await ends(held);
    await until('the JVM gone', () => !isAlive(last));
  }, 120_000);
});

describe.runIf(java)(`an application in Java that Maven starts${needs}`, () => {
  const { editor, path, console, platform, opens, stops } = useApplication('java-maven');
  const page = () => editor().page;

  it.each(Object.entries(goals))(
    'stops at a breakpoint: %s by %s',
    async (name) => {
      await opens(name);
      await setBreakpoint(editor(), path(name, file), `${name}/${file}`, handled);
      await page().keyboard.press('F5');
      const host = `${name}.dev.localhost`;
      await console()
        .filter({ hasText: `${name} runs at http://${host}` })
        .waitFor({ timeout: 240_000 });
      const answer = request((await platform()).ingress, { host, method: 'POST', timeout: 300_000 });
      await page().locator('.debug-top-stack-frame-line').first().waitFor();
      await editor().shot(name);
      await page().keyboard.press('F5');
      expect((await answer).body).toBe('answer 1');
      const jvms = () =>
        processesOf(editor().dir).filter(({ command }) => new RegExp(`^\\S*java .*/${name}\\b`).test(command));
      expect(jvms()).not.toHaveLength(0);
      await stops(name);
      await until('its JVMs gone', () => jvms().length === 0);
    },
    400_000,
  );
});

describe.runIf(java)(`a debugger of Java that does not attach${needs}`, () => {
  const { editor, console, opens, stops } = useApplication('java-refused', { 'java.server.launchMode': 'LightWeight' });
  const jvms = () => processesOf(editor().dir).filter(({ command }) => command.includes('shop.Server'));

  it('is told of, with what waits for it, and Shift+F5 ends that', async () => {
    await opens('orders');
    await editor().openAt(`orders/${file}`, 1);
    await editor().page.keyboard.press('F5');
    const told = /The debugger did not attach to orders, which waits for it at 127\.0\.0\.1:\d+\./;
    await editor().notification(told).waitFor();
    await console().filter({ hasText: told }).waitFor();
    await editor().shot('told');
    expect(jvms()).toHaveLength(1);
    await stops('orders');
    await until('the JVM gone', () => jvms().length === 0);
  }, 180_000);
});
