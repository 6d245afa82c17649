/** Lines of output and the literals they consist of, in languages without a preload. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { literalFilesOf } from '../../../src/core/source/literal-walk.ts';
import { literalLanguages, literalsOf, statementOf } from '../../../src/core/source/literals.ts';

const find = (file: string, source: string, message: string) => statementOf(literalsOf(file, source), message)?.line;

const go = `package main

func main() {
	log.Printf("listening on port %s", port)
	fmt.Println("ready to serve", name)
	slog.Info("request handled", "path", r.URL.Path)
	fmt.Fprintf(os.Stderr, "upstream %q is slow: %d ms\\n", up, ms)
	// log.Printf("commented out %d", 1)
	fmt.Fprintf(w, "Hello %s!", name)
}
`;

describe('a line is found by its literal', () => {
  it.each([
    ['main.go', go, '2026/11/25 22:00:00 listening on port 8080', 4],
    ['main.go', go, 'ready to serve shop', 5],
    ['main.go', go, 'request handled', 6],
    ['main.go', go, 'upstream "catalog" is slow: 812 ms', 7],
    ['main.go', go, 'commented out 1', undefined],
    ['main.go', go, 'listening on', undefined],
    ['main.go', go, 'not listening on port 8080', undefined],
    ['Main.java', 'class A {\n  void f() {\n    logger.info("loaded {} items", n);\n  }\n}', 'INFO loaded 12 items', 3],
    ['Main.java', 'x\nSystem.out.println("starting up " + name);', 'starting up shop', 2],
    ['app.rb', 'puts "served #{path} in #{ms} ms"', 'served /a in 3 ms', 1],
    ['main.rs', 'fn main() {\n    println!("connected to {}:{}", host, port);\n}', 'connected to db:5432', 2],
    ['index.php', '<?php\nerror_log("cart $id is empty");', 'cart 7 is empty', 2],
    ['Program.cs', 'Console.WriteLine($"stored {count} rows");', 'stored 3 rows', 1],
  ])('%s: %#', (file, source, message, line) => {
    expect(find(file, source, message)).toBe(line);
  });
});

it('is nothing where two could have written it, or where hardly anything is fixed', () => {
  const twice = 'log.Printf("connected to %s", a)\nlog.Printf("connected to %s", b)\n';
  expect(find('a.go', twice, 'connected to x')).toBeUndefined();
  expect(
    find('a.go', 'log.Printf("connected to %s", a)\nlog.Printf("connected to db")\n', 'connected to db'),
  ).toBeUndefined();
  expect(find('a.go', 'log.Printf("%s: %d", a, b)', 'x: 1')).toBeUndefined();
  expect(find('a.go', 'log.Print("ok")', 'ok')).toBeUndefined();
});

it('knows the languages', () => {
  expect(['a.go', 'b.java', 'c.rs'].every((file) => literalLanguages.test(file))).toBe(true);
  expect(['a.ts', 'b.py', 'c.mjs', 'd.txt'].some((file) => literalLanguages.test(file))).toBe(false);
});

it('looks through the sources of an application, not through what was installed, and gives up where there are too many', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-literals-'));
  try {
    for (const file of ['main.go', 'lib/a.go', 'vendor/x/b.go', '.git/c.go', 'readme.md']) {
      mkdirSync(join(dir, file, '..'), { recursive: true });
      writeFileSync(join(dir, file), '');
    }
    expect(await literalFilesOf(dir, 10)).toEqual([join(dir, 'lib', 'a.go'), join(dir, 'main.go')]);
    expect(await literalFilesOf(dir, 1)).toBeUndefined();
    expect(await literalFilesOf(join(dir, 'gone'), 1)).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
