/** What an application lacks, by what its language says as it ends. Those of npm stand with the other causes. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { diagnose } from '../../../src/core/deploy/diagnose.ts';

const anObject = (kind: string, status: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'shop', namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' },
  status: status as KubeObject['status'] & object,
});
const terminated = { exitCode: 1, reason: 'Error', message: '' };
const ended = anObject('Pod', {
  containerStatuses: [{ name: 'user-container', state: { terminated }, lastState: {} }],
});
const causeOf = (logs: string[]) =>
  diagnose({ service: anObject('Service', {}), revision: undefined, pods: [ended], events: [], logs });

it.each([
  ['what Python is to start', ['/app/.venv/bin/python3: No module named uvicorn'], 'uvicorn', 'pip install uvicorn'],
  [
    "its debugger, which is the interpreter's",
    ['/my app/.venv/bin/python3.11: No module named debugpy'],
    'debugpy',
    "'/my app/.venv/bin/python3.11' -m pip install debugpy",
  ],
  [
    'a package of Go',
    [
      'cmd/function/main.go:8:2: no required module provides package knative.dev/func-go/http; to add it:',
      '\tgo get knative.dev/func-go/http',
    ],
    'knative.dev/func-go/http',
    'go get knative.dev/func-go/http',
  ],
  [
    'one whose sum is not there',
    [
      'a.go:4:2: missing go.sum entry for module providing package rsc.io/quote (imported by shop); to add:',
      '\tgo get shop',
    ],
    'rsc.io/quote',
    'go get shop',
  ],
])('%s', (_, logs, module, command) => {
  expect(causeOf(logs)).toEqual({ code: 'ModuleMissing', args: { module, command } });
});

it('is not what merely ends in such words', () => {
  expect(causeOf(['the order: No module named x', 'a.go:1:1: no required module provides package x'])).toEqual({
    code: 'AppExited',
    args: { exitCode: 1 },
  });
});
