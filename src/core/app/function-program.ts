/**
 * The program around a function in Go or Python. Such a function is a package without one: the func CLI writes it when it builds, around
 * Knative's own middleware, and this one serves it by the same.
 */
import type { Folder, HowToRun } from './how-to-run.ts';

export interface FunctionProgram {
  how: HowToRun;
  /** What is written for it: path in the folder and text. */
  file: [path: string, text: string];
}

/**
 * @param takesEvents it gets CloudEvents, else requests of HTTP
 * @returns undefined where it is of another language, or has neither of the two forms that the middleware takes
 */
export async function functionProgram(
  folder: Folder,
  { runtime, takesEvents }: { runtime: string; takesEvents: boolean },
): Promise<FunctionProgram | undefined> {
  switch (runtime) {
    case 'go':
      return goProgram(folder, takesEvents);
    case 'python':
      return pythonProgram(folder, takesEvents);
    default:
      return undefined;
  }
}

async function goProgram(folder: Folder, takesEvents: boolean): Promise<FunctionProgram | undefined> {
  const module = /^module\s+"?([^\s"]+)"?/m.exec((await folder.read('go.mod')) ?? '')?.[1];
  if (module === undefined) return undefined;
  const names = (await folder.list()).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  const texts = await Promise.all(names.map(async (name) => (await folder.read(name)) ?? ''));
  // A program can be imported by none.
  if (texts.some((text) => /^package main\b/m.test(text))) return undefined;
  const declares = (name: string) => texts.some((text) => new RegExp(`^func ${name}\\(`, 'm').test(text));
  const isInstanced = declares('New');
  if (isInstanced === declares('Handle')) return undefined;
  const text = goText(module, takesEvents, isInstanced);
  const how = { build: 'go build -o bin/server ./cmd/function', start: 'bin/server', dev: 'go run ./cmd/function' };
  return { how, file: ['cmd/function/main.go', text] };
}

function goText(module: string, takesEvents: boolean, isInstanced: boolean): string {
  const middleware = takesEvents ? 'cloudevents' : 'http';
  const adapted = !takesEvents && !isInstanced;
  const handler = isInstanced
    ? 'function.New()'
    : adapted
      ? 'handler(function.Handle)'
      : 'cloudevents.DefaultHandler{Handler: function.Handle}';
  // Both packages of the one name.
  const [alias, nameOf] = adapted ? ['middleware ', 'middleware'] : ['', middleware];
  return `// Serves the function on PORT, by the middleware that the func CLI builds it into its images with.
package main

import (
\t"log"
${adapted ? '\t"net/http"\n' : ''}\t"os"

\t${alias}"knative.dev/func-go/${middleware}"

\tfunction "${module}"
)

${
  adapted
    ? `type handler func(http.ResponseWriter, *http.Request)

func (handle handler) Handle(response http.ResponseWriter, request *http.Request) {
\thandle(response, request)
}

`
    : ''
}func main() {
\tif os.Getenv("LISTEN_ADDRESS") == "" && os.Getenv("PORT") != "" {
\t\tos.Setenv("LISTEN_ADDRESS", "0.0.0.0:"+os.Getenv("PORT"))
\t}
\tif err := ${nameOf}.Start(${handler}); err != nil {
\t\tlog.Fatal(err)
\t}
}
`;
}

async function pythonProgram(folder: Folder, takesEvents: boolean): Promise<FunctionProgram | undefined> {
  const exported = (await folder.read('function/__init__.py')) ?? '';
  const name = ['new', 'handle'].find((each) => new RegExp(`\\b${each}\\b`).test(exported));
  if (name === undefined) return undefined;
  const text = `"""Serves the function on PORT, by the middleware that the func CLI builds it into its images with."""
import os

from func_python.${takesEvents ? 'cloudevent' : 'http'} import serve

from function import ${name}

if __name__ == "__main__":
    os.environ.setdefault("LISTEN_ADDRESS", "0.0.0.0:" + os.environ.get("PORT", "8080"))
    serve(${name})
`;
  return { how: { start: 'python3 main.py' }, file: ['main.py', text] };
}
