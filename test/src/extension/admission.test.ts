/** Manifests are judged in the editor as the platform judges them, at the field. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import { loadApplication } from '../../../src/core/app/model.ts';
import { scaffold, templates } from '../../../src/core/scaffold.ts';
import { admissionProblems, pathOf } from '../../../src/extension/manifests/admission.ts';

const root = mkdtempSync(join(tmpdir(), 'slipway-admission-'));
const templatesDir = join(import.meta.dirname, '..', '..', '..', 'media', 'templates');
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('admission in the editor', () => {
  it('finds nothing wrong with any template', async () => {
    for (const { id } of templates()) {
      const { dir } = await scaffold({ template: id, dir: join(root, id), name: 'shop', templatesDir });
      const { manifests } = await loadApplication(dir);
      expect([id, admissionProblems(manifests, admitManifest)]).toEqual([id, []]);
    }
  });

  it('points at the field that the platform would refuse', async () => {
    const { dir } = await scaffold({ template: 'node-web', dir: join(root, 'bad'), name: 'shop', templatesDir });
    const file = join(dir, 'deploy', 'service.yaml');
    const text = readFileSync(file, 'utf8').replace(/timeoutSeconds: \d+/, 'timeoutSeconds: -5');
    writeFileSync(file, text);
    const { manifests } = await loadApplication(dir);
    const [problem] = admissionProblems(manifests, admitManifest);
    expect(problem?.severity).toBe('error');
    expect(problem?.place.line).toBe(text.split('\n').findIndex((line) => line.includes('timeoutSeconds')) + 1);
  });

  it('takes a field path apart', () => {
    expect(pathOf('spec.template.spec.containers[0].image')).toEqual([
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'image',
    ]);
    expect(pathOf('metadata.annotations[a.b/c]')).toEqual(['metadata', 'annotations', 'a.b/c']);
    expect(pathOf('')).toEqual([]);
  });
});
