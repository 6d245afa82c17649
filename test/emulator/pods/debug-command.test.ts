/** A start command under its debugger: the same program with the same words, or not at all. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of a shell.
import { describe, expect, it } from 'vitest';
import {
  debuggerOf,
  ownDebugPort,
  underDebugpy,
  underDelve,
  underJdwp,
  withoutOwnJdwp,
  withoutShell,
} from '../../../emulator/pods/process/debug-command.ts';

const waiting = ['--listen', '127.0.0.1:5678', '--wait-for-client'];
const plain = '-Xfrozen_modules=off';

describe('Python', () => {
  it.each([
    [
      ['python3', 'server.py'],
      ['python3', plain, '-m', 'debugpy', ...waiting, 'server.py'],
    ],
    [
      ['python', '-m', 'uvicorn', 'app:app', '--port', '1'],
      ['python', plain, '-m', 'debugpy', ...waiting, '-m', 'uvicorn', 'app:app', '--port', '1'],
    ],
    [
      ['.venv/bin/python3.12', '-u', '-X', 'dev', '-Wdefault', 'a b.py', '-x', '-m'],
      [
        '.venv/bin/python3.12',
        '-u',
        '-X',
        'dev',
        '-Wdefault',
        plain,
        '-m',
        'debugpy',
        ...waiting,
        'a b.py',
        '-x',
        '-m',
      ],
    ],
    [
      ['C:\\py\\python.exe', 'x.py'],
      ['C:\\py\\python.exe', plain, '-m', 'debugpy', ...waiting, 'x.py'],
    ],
  ])('%j', (argv, started) => {
    expect(debuggerOf(argv)).toBe('debugpy');
    expect(underDebugpy(argv, 5678, undefined)).toEqual(started);
  });

  it('by the copy that an extension brings', () => {
    expect(underDebugpy(['python3', 'x.py'], 5678, '/ext/debugpy')).toEqual([
      'python3',
      plain,
      '/ext/debugpy',
      ...waiting,
      'x.py',
    ]);
  });

  it.each([
    [['python3']],
    [['python3', '-']],
    [['python3', '-c', 'print(1)']],
    [['python3', '-m']],
    [['python3', '-I', 'x.py']],
    [['python3', '-iu', 'x.py']],
    [['python3', '--check-hash-based-pycs', 'always', 'x.py']],
    [['uv', 'run', 'x.py']],
    [['sh', '-c', 'python3 x.py | cat']],
    [['pythonista', 'x.py']],
    [[]],
  ])('%j is left alone', (argv) => {
    expect(debuggerOf(argv)).toBeUndefined();
    expect(underDebugpy(argv, 5678, undefined)).toBeUndefined();
  });

  it('a console script of a server is told by its name; what starts it stands in its first line', () => {
    expect(debuggerOf(['.venv/bin/gunicorn', 'app:app'])).toBe('debugpy');
    expect(underDebugpy(['gunicorn', 'app:app'], 5678, undefined)).toBeUndefined();
  });
});

describe('Go', () => {
  const delve = (...words: string[]) => [
    '/go/bin/dlv',
    'debug',
    '--headless',
    '--listen=127.0.0.1:5678',
    '--api-version=2',
    '--accept-multiclient',
    '--output=/state/program',
    ...words,
  ];

  it.each([
    [['go', 'run', '.'], delve('.', '--')],
    [['go', 'run', './cmd/api', '-v', 'x.go'], delve('./cmd/api', '--', '-v', 'x.go')],
    [['go', 'run', 'main.go', 'more.go', 'serve'], delve('main.go', 'more.go', '--', 'serve')],
    [['go', 'run', 'main.go'], delve('main.go', '--')],
  ])('%j', (argv, started) => {
    expect(debuggerOf(argv)).toBe('delve');
    expect(underDelve(argv, 5678, { tool: '/go/bin/dlv', output: '/state/program' })).toEqual(started);
  });

  it.each([
    [['go', 'run']],
    [['go', 'run', '-race', '.']],
    [['go', 'run', '-x.go']],
    [['go', 'run', 'example.com/tool@latest']],
    [['go', 'build', '.']],
    [['/usr/local/go/bin/go', 'run', '.']],
    [['bin/server']],
  ])('%j is left alone', (argv) => {
    expect(debuggerOf(argv)).toBeUndefined();
    expect(underDelve(argv, 5678, { tool: undefined, output: 'x' })).toBeUndefined();
  });
});

describe('Java', () => {
  const option = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=127.0.0.1:5678';
  const quarkus = ['-Ddebug=5678', '-DdebugHost=127.0.0.1', '-Dsuspend=y'];

  it.each([
    [
      ['java', 'Server.java'],
      ['java', option, 'Server.java'],
    ],
    [
      ['/jdk/bin/java', '-Xmx1g', '-jar', 'a b.jar', '-x'],
      ['/jdk/bin/java', option, '-Xmx1g', '-jar', 'a b.jar', '-x'],
    ],
    [
      ['java.exe', '-cp', 'x', 'Main'],
      ['java.exe', option, '-cp', 'x', 'Main'],
    ],
    [
      ['mvn', '-q', 'spring-boot:run'],
      ['mvn', '-q', 'spring-boot:run', `-Dspring-boot.run.jvmArguments=${option}`],
    ],
    [
      [
        './mvnw',
        '-Dspring-boot.run.jvmArguments=-Xmx1g',
        'org.springframework.boot:spring-boot-maven-plugin:3.5.7:run',
      ],
      [
        './mvnw',
        `-Dspring-boot.run.jvmArguments=-Xmx1g ${option}`,
        'org.springframework.boot:spring-boot-maven-plugin:3.5.7:run',
      ],
    ],
    [
      ['mvnw.cmd', 'quarkus:dev'],
      ['mvnw.cmd', 'quarkus:dev', ...quarkus],
    ],
    [
      ['mvn', 'compile', 'io.quarkus.platform:quarkus-maven-plugin:dev'],
      ['mvn', 'compile', 'io.quarkus.platform:quarkus-maven-plugin:dev', ...quarkus],
    ],
  ])('%j', (argv, started) => {
    expect(debuggerOf(argv)).toBe('jdwp');
    expect(underJdwp(argv, 5678)).toEqual({ argv: started });
  });

  it('what runs in the JVM of Maven itself has it from there', () => {
    for (const goal of ['exec:java', 'exec:java@serve', 'org.codehaus.mojo:exec-maven-plugin:3.5.0:java']) {
      const argv = ['mvn', 'compile', goal, '-Dexec.mainClass=app.Main'];
      expect(debuggerOf(argv)).toBe('jdwp');
      expect(underJdwp(argv, 5678)).toEqual({ argv, added: { variable: 'MAVEN_OPTS', option } });
    }
  });

  it.each([
    [['build/install/shop/bin/shop']],
    [['./api/build/install/my shop/bin/api', '--port', '1']],
    [['target/appassembler/bin/shop']],
    [['build\\install\\shop\\bin\\shop.bat']],
  ])('the start script %j has it from its own variable', (argv) => {
    expect(debuggerOf(argv)).toBe('jdwp');
    expect(underJdwp(argv, 5678)).toEqual({ argv, added: { variable: 'JAVA_OPTS', option } });
  });

  it.each([
    [['java']],
    [['java', '-agentlib:jdwp=transport=dt_socket,server=y', 'X.java']],
    [['java', '-Xrunjdwp:server=y', 'X.java']],
    [['mvn', 'exec:exec']],
    [['mvn', 'package']],
    [['mvn', 'exec:java', 'spring-boot:run']],
    [['mvnDebug', 'exec:java']],
    [['./gradlew', 'bootRun']],
    [['gradle', 'run']],
    [['sh', '-c', 'java -jar *.jar']],
    [['./bin/server']],
    [['build/install/bin/shop']],
    [['mybuild/install/shop/bin/shop']],
    [['build/install/shop/bin/shop', '-agentlib:jdwp=x']],
    [['mvn']],
    [['javac', 'X.java']],
  ])('%j is left alone', (argv) => {
    expect(debuggerOf(argv)).toBeUndefined();
    expect(underJdwp(argv, 5678)).toBeUndefined();
  });

  it("takes the place of the user's own debugger for every JVM, and leaves the other options", () => {
    const own = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005';
    expect(
      withoutOwnJdwp({
        JAVA_TOOL_OPTIONS: `-Xmx1g ${own} -Dx=y`,
        MAVEN_OPTS: '-Xrunjdwp:server=y',
        JAVA_OPTS: `${own} -ea`,
        JDK_JAVA_OPTIONS: '-ea',
        PATH: '/bin',
      }),
    ).toEqual({ JAVA_TOOL_OPTIONS: '-Xmx1g -Dx=y', MAVEN_OPTS: '', JAVA_OPTS: '-ea' });
  });
});

describe('a shell that has nothing else to do', () => {
  const shell = (text: string) => ['/bin/sh', '-c', text];

  it.each([
    ['exec gunicorn --bind :$PORT app:app', 'debugpy', ['gunicorn', '--bind', ':8081', 'app:app']],
    [
      'exec python -m uvicorn app:app --port ${PORT:-1}',
      'debugpy',
      ['python', '-m', 'uvicorn', 'app:app', '--port', '8081'],
    ],
    ['exec node server.js', 'node', ['node', 'server.js']],
    ['go run . -port $PORT', 'delve', ['go', 'run', '.', '-port', '8081']],
    ['exec java $JAVA_OPTS -jar app.jar', 'jdwp', ['java', '-Xmx1g', '-ea', '-jar', 'app.jar']],
  ])('%s is debugged by %s as its command is', (text, kind, argv) => {
    expect(debuggerOf(shell(text))).toBe(kind);
    expect(withoutShell(shell(text), { PORT: '8081', JAVA_OPTS: '-Xmx1g -ea' })).toEqual(argv);
  });

  it.each([
    [shell('cd app && exec node server.js')],
    [['/bin/sh', '-ec', 'node server.js']],
    [['/bin/sh', '-c', 'node "$@"', 'sh', 'server.js']],
    [['fish', '-c', 'node server.js']],
    [['sh', 'start.sh']],
  ])('%j is left alone', (argv) => {
    expect(withoutShell(argv, {})).toBe(argv);
    expect(debuggerOf(argv)).toBeUndefined();
  });
});

it.each([
  [['node', 'server.ts'], 'node'],
  [['/usr/bin/node', '--watch', 'x.js'], 'node'],
  [['npm', 'start'], undefined],
  [undefined, undefined],
])('%j is debugged by %s', (argv, expected) => {
  expect(debuggerOf(argv)).toBe(expected);
});

it.each([
  [['mvn', 'quarkus:dev'], 5005],
  [['sh', '-c', 'exec ./mvnw -B quarkus:dev -Ddebug=5006'], 5006],
  [['mvn', 'quarkus:dev', '-Ddebug=false'], undefined],
  [['java', '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5007', '-jar', 'a.jar'], 5007],
  [['java', '-Xrunjdwp:address=5008,server=y', 'A'], 5008],
  [['node', '--inspect', 'a.js'], 9229],
  [['node', '--inspect-brk=127.0.0.1:9230', 'a.js'], 9230],
  [['node', 'a.js', '--port', '5005'], undefined],
  [['rasa', 'run', '--port', '5005'], undefined],
  [['mvn', 'spring-boot:run'], undefined],
])('a debugger of its own of %j listens on %s', (argv, port) => {
  expect(ownDebugPort(argv)).toBe(port);
});
