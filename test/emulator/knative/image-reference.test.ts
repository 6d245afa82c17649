/** Which image references Knative's admission takes. Each answer is that of go-containerregistry v0.20.3 itself, asked for this very text. */
import { expect, it } from 'vitest';
import { isImageReference } from '../../../emulator/knative/pod-spec/image-reference.ts';

const hex = 'a'.repeat(64);
const digest = `sha256:${hex}`;

it.each([
  // localhost without a port is the first part of a repository, not a registry.
  'localhost/x',
  'localhost/x:v1',
  `localhost/x@${digest}`,
  'localhost:5000/xy',
  'localhost:/xy',
  'xy',
  'a/b',
  '//',
  '-_',
  'dev.local/xy',
  'a.b/xy',
  'reg.io/a/b:v1',
  '127.0.0.1:5000/xy',
  '[::1]/xy',
  '[::1]:5000/xy',
  'a:1:2/xy',
  'a.b]/xy',
  '"<a.b>"/xy',
  '例.cn/xy',
  // A tag may be empty.
  'xy:',
  `xy:${'t'.repeat(128)}`,
  'xy:..',
  `xy:v1@${digest}`,
  'a'.repeat(255),
  `reg.io/${'a'.repeat(255)}`,
  `${'a'.repeat(247)}@${digest}`,
  `reg.io/${'a'.repeat(255)}@${digest}`,
])('%s is taken', (text) => {
  expect(isImageReference(text)).toBe(true);
});

it.each([
  '',
  'x',
  'x:v1',
  `x@${digest}`,
  'localhost:5000/x',
  'dev.local/x',
  '.x/y',
  'Xy',
  'xy:a b',
  'xy:v1:v2',
  `xy:${'t'.repeat(129)}`,
  'a b.c/xy',
  'a:b/xy',
  'a%41.b/xy',
  'u@a.b/xy',
  'a.b?/xy',
  'a.b#/xy',
  'a[.b/xy',
  '[::1/xy',
  '[127.0.0.1]/xy',
  '[fe80::1%25en0]/xy',
  '[::1]x/xy',
  'a'.repeat(256),
  `reg.io/${'a'.repeat(256)}`,
  // With a digest its full name counts: index.docker.io/library/…
  `${'a'.repeat(248)}@${digest}`,
  `docker.io/${'a'.repeat(248)}@${digest}`,
  'xy@',
  `xy@sha256:${'a'.repeat(63)}`,
  `xy@sha256:${'A'.repeat(64)}`,
  `xy@sha512:${hex}${hex}`,
  `xy@${digest}@${digest}`,
])('%s is refused', (text) => {
  expect(isImageReference(text)).toBe(false);
});
