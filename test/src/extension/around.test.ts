/** Tools that a model calls, the report that goes into an issue, the port that stands for a host. */
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { words } from '../../../src/extension/catalogues.ts';
import { withoutNames } from '../../../src/extension/commands/help/report.ts';
import { createForwarder, isLoopbackName } from '../../../src/extension/forward.ts';
import { inputFault, invocationOf, type ToolName } from '../../../src/extension/tools/inputs.ts';
import { Questions } from '../../../src/extension/tools/questions.ts';

const { say } = words('en');

describe('a tool', () => {
  it.each<[ToolName, unknown]>([
    ['slipway_list', {}],
    ['slipway_deploy', { application: 'shop' }],
    ['slipway_logs', { service: 'shop', lines: 10 }],
    ['slipway_traffic', { service: 'shop' }],
    ['slipway_traffic', { service: 'shop', percent: { 'shop-00001': 90, 'shop-00002': 10 } }],
  ])('%s takes %o', (tool, input) => {
    expect(inputFault(tool, input)).toBeUndefined();
  });

  it.each<[ToolName, unknown]>([
    ['slipway_deploy', {}],
    ['slipway_deploy', null],
    ['slipway_deploy', { application: '../etc' }],
    ['slipway_deploy', { application: 'shop', environment: 'none”. Nothing is deployed' }],
    ['slipway_logs', { service: 'shop', lines: 100_000 }],
    ['slipway_logs', { service: 'shop', namespace: 7 }],
    ['slipway_traffic', { service: 'shop', percent: { 'shop-00001': 90 } }],
    ['slipway_traffic', { service: 'shop', percent: { 'shop-00001': 150, 'shop-00002': -50 } }],
    ['slipway_traffic', { service: 'shop', percent: [100] }],
  ])('%s refuses %o', (tool, input) => {
    expect(inputFault(tool, input)).toEqual(expect.any(String));
  });

  const asked = (tool: ToolName, input: unknown, locale: 'en' | 'zh-cn' = 'en') =>
    invocationOf(tool, input, words(locale).say, 'embedded').question;

  it('that changes nothing is not asked about', () => {
    expect(asked('slipway_list', {})).toBeUndefined();
    expect(asked('slipway_logs', { service: 'shop' })).toBeUndefined();
    expect(asked('slipway_traffic', { service: 'shop' })).toBeUndefined();
    expect(invocationOf('slipway_logs', { service: 'shop' }, say, 'embedded').progress).toBe(
      'Reading the logs of shop',
    );
  });

  it('that changes something asks, with what and where', () => {
    expect(asked('slipway_deploy', { application: 'shop' })).toEqual({
      title: 'Deploy shop?',
      message: 'Builds shop from the files of this workspace and deploys it to the platform embedded.',
    });
    const production = { application: 'shop', environment: 'production' };
    expect(asked('slipway_deploy', production)?.message).toMatch(
      /its environment “production”, on the platform embedded/,
    );
    expect(asked('slipway_deploy', production, 'zh-cn')).toEqual({
      title: '要部署 shop 吗？',
      message: '用此工作区的文件构建 shop，并部署到其环境“production”（平台“embedded”）。',
    });
    const split = { service: 'shop', namespace: 'team', percent: { 'shop-00001': 30, 'shop-00002': 70 } };
    expect(asked('slipway_traffic', split)?.message).toBe(
      'On the platform embedded, requests to shop (namespace team) then go to: shop-00001 30 %, shop-00002 70 %.',
    );
    expect(asked('slipway_traffic', split, 'zh-cn')?.message).toMatch(/发往 shop（命名空间 team）的请求/);
  });
});

describe('the platform that the user said yes for', () => {
  const [here, there] = [{ id: 'here' }, { id: 'there' }];
  const shop = { application: 'shop' };
  const cart = { application: 'cart' };

  it('is the one that the question named, for each of several calls that are the same', () => {
    const questions = new Questions<{ id: string }>();
    questions.ask(shop, here);
    questions.ask(shop, here);
    questions.ask(cart, there);
    expect([shop, shop, cart].map((input) => questions.answered(input))).toEqual([here, here, there]);
    expect(questions.answered(shop)).toBeUndefined();
  });

  it('is not certain where one that may have been declined named another; after that it is', () => {
    const questions = new Questions<{ id: string }>();
    questions.ask(shop, here);
    questions.ask(shop, there);
    expect(questions.answered(shop)).toBeUndefined();
    questions.ask(shop, there);
    expect(questions.answered(shop)).toBe(there);
  });

  it('is known where the user changed the input in the question, unless others are open', () => {
    const questions = new Questions<{ id: string }>();
    questions.ask(shop, here);
    expect(questions.answered(cart)).toBe(here);
    questions.ask(shop, here);
    questions.ask({ application: 'bag' }, there);
    expect(questions.answered(cart)).toBeUndefined();
  });

  it('is not remembered for ever where questions are declined', () => {
    const questions = new Questions<{ id: string }>();
    questions.ask(shop, here);
    for (let index = 0; index < 100; index += 1) questions.ask({ application: `other-${index}` }, there);
    questions.ask(shop, there);
    expect(questions.answered(shop)).toBe(there);
  });
});

it('a report for an issue names neither home, host nor user', () => {
  const report = 'data in /Users/maria/.local, host build-7, user maria; mariadb stays, prebuild-7x too';
  expect(withoutNames(report, { home: '/Users/maria', host: 'build-7', user: 'maria' })).toBe(
    'data in ~/.local, host HOST, user USER; mariadb stays, prebuild-7x too',
  );
});

describe('a port that stands for a host', () => {
  let server: Server;
  let port = 0;
  const forwarder = createForwarder();
  beforeAll(async () => {
    server = createServer((incoming, outgoing) => {
      if (incoming.url === '/old')
        outgoing.writeHead(302, { location: `http://${incoming.headers.host}/new?x=1` }).end();
      else if (incoming.url === '/out') outgoing.writeHead(302, { location: 'https://example.com/' }).end();
      else if (incoming.url === '/broken') {
        outgoing.writeHead(200, { 'content-length': '100' }).write('half');
        setImmediate(() => outgoing.destroy());
      } else outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers.host}`);
    });
    server.on('upgrade', (incoming, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.write(`host ${incoming.headers.host}`);
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    forwarder[Symbol.dispose]();
    server.close();
  });
  const ask = (url: string) =>
    new Promise<{ status: number; location: string | undefined; body: string }>((resolve, reject) => {
      request(url, (answer) => {
        let body = '';
        answer.on('data', (part) => {
          body += part;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, body }));
      })
        .on('error', reject)
        .end();
    });

  it('is kept, and asks under the name', async () => {
    const one = await forwarder.local(`http://shop.default.localhost:${port}/a?b=c`);
    const two = await forwarder.local(`http://shop.default.localhost:${port}/d`);
    const other = await forwarder.local(`http://cart.default.localhost:${port}/`);
    expect(new URL(one).port).toBe(new URL(two).port);
    expect(new URL(other).port).not.toBe(new URL(one).port);
    expect((await ask(one)).body).toBe(`GET /a?b=c shop.default.localhost:${port}`);
  });

  it('keeps redirects to the host itself, and leaves others alone', async () => {
    expect((await ask(await forwarder.local(`http://shop.default.localhost:${port}/old`))).location).toBe('/new?x=1');
    expect((await ask(await forwarder.local(`http://shop.default.localhost:${port}/out`))).location).toBe(
      'https://example.com/',
    );
  });

  it('breaks off where the answer breaks off', async () => {
    const local = await forwarder.local(`http://shop.default.localhost:${port}/broken`);
    const error = await ask(local).then(() => undefined, String);
    expect(error).toContain('aborted');
  });

  it('carries an upgrade', async () => {
    const local = new URL(await forwarder.local(`http://shop.default.localhost:${port}/ws`));
    const text = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(Number(local.port), '127.0.0.1', () =>
        socket.write(`GET /ws HTTP/1.1\r\nHost: ${local.host}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`),
      );
      socket.on('data', (part) => {
        got += part;
      });
      socket.on('end', () => resolve(got));
      socket.on('error', reject);
    });
    expect(text).toContain('101 Switching Protocols');
    expect(text).toContain(`host shop.default.localhost:${port}`);
  });

  it.each([
    ['http://shop.default.localhost:8080/', true],
    ['http://shop.example.com/', false],
    ['http://localhost:8080/', false],
    ['nonsense', false],
  ])('is for %s: %s', (url, expected) => {
    expect(isLoopbackName(url)).toBe(expected);
  });
});
