import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jsonSchema } from '../../../../src/core/app/schema.ts';

it('the published schema of slipway.yaml is the one that is checked with', () => {
  const file = new URL('../../../../media/schemas/slipway.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema());
});
