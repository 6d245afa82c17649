import { describe, expect, it } from 'vitest';
import { rootType } from '../../../emulator/knative/definition.ts';
import { revisionSpec, revisionTemplate } from '../../../emulator/knative/revision/schema.ts';
import { serviceSpec } from '../../../emulator/knative/service/schema.ts';
import { roundTrip } from '../../../emulator/knative/struct/decode.ts';
import { shortDiff } from '../../../emulator/knative/struct/diff.ts';

const service = rootType('v1.Service', serviceSpec);

function template(container: object, more: object = {}): unknown {
  return { spec: { containers: [{ image: 'a', ...container }] }, ...more };
}

function changed(before: unknown, after: unknown): string {
  return shortDiff(
    revisionTemplate,
    '{*v1.RevisionTemplateSpec}',
    roundTrip(revisionTemplate, before),
    roundTrip(revisionTemplate, after),
  );
}

const root = '{*v1.RevisionTemplateSpec}.Spec.PodSpec';

describe('round trip through Go', () => {
  it('drops what is empty and adds what Go always writes', () => {
    expect(
      roundTrip(service, {
        spec: { template: { spec: { containers: [{ image: 'a', env: [], args: null, workingDir: '' }] } } },
      }),
    ).toEqual({
      spec: { template: { metadata: {}, spec: { containers: [{ name: '', image: 'a', resources: {} }] } } },
    });
  });

  it('keeps empty targets of pointers', () => {
    const spec = { containers: [{ securityContext: {} }], timeoutSeconds: 0, volumes: [{ name: 'v', emptyDir: {} }] };
    expect(roundTrip(revisionSpec, spec)).toMatchObject({
      timeoutSeconds: 0,
      containers: [{ securityContext: {} }],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
  });

  it('writes a missing list that must be there as null', () => {
    expect(roundTrip(service, {})).toEqual({ spec: { template: { metadata: {}, spec: { containers: null } } } });
  });

  it('writes quantities in their canonical form', () => {
    const limits = { cpu: 0.5, memory: '1024Mi' };
    expect(roundTrip(revisionSpec, { containers: [{ resources: { limits } }] })).toMatchObject({
      containers: [{ resources: { limits: { cpu: '500m', memory: '1Gi' } } }],
    });
  });

  it.each([
    [
      { template: { spec: { timeoutSeconds: '5' } } },
      'json: cannot unmarshal string into Go struct field RevisionSpec.spec.ConfigurationSpec.template.spec.timeoutSeconds of type int64',
    ],
    [
      { traffic: [{ percent: true }] },
      'json: cannot unmarshal bool into Go struct field TrafficTarget.spec.RouteSpec.traffic.percent of type int64',
    ],
    [
      { traffic: [{ percent: 1.5 }] },
      'json: cannot unmarshal number 1.5 into Go struct field TrafficTarget.spec.RouteSpec.traffic.percent of type int64',
    ],
    [
      { traffic: {} },
      'json: cannot unmarshal object into Go struct field ServiceSpec.spec.RouteSpec.traffic of type []v1.TrafficTarget',
    ],
    [
      { template: { spec: { containers: [[]] } } },
      'json: cannot unmarshal array into Go struct field PodSpec.spec.ConfigurationSpec.template.spec.PodSpec.containers of type v1.Container',
    ],
  ])('refuses %j as Go does', (spec, message) => {
    if (message.includes('[]v1.TrafficTarget') || message.includes('v1.Container')) {
      expect(() => roundTrip(service, { spec })).toThrow(
        /^json: cannot unmarshal (object|array) into Go struct field \S+ of type /,
      );
    } else expect(() => roundTrip(service, { spec })).toThrow(message);
  });
});

describe('differences', () => {
  it('says nothing of equal templates, however they are written', () => {
    expect(changed(template({ env: [] }), template({}))).toBe('');
    expect(
      changed(template({ resources: { limits: { cpu: '1' } } }), template({ resources: { limits: { cpu: '1000m' } } })),
    ).toBe('');
  });

  it('names a field below a list', () => {
    expect(changed(template({}), template({ image: 'b' }))).toBe(`${root}.Containers[0].Image:\n\t-: "a"\n\t+: "b"\n`);
  });

  it('shows lists that were empty as a whole', () => {
    expect(changed(template({}), template({ env: [{ name: 'A', value: '1' }] }))).toBe(
      `${root}.Containers[0].Env:\n\t-: "[]"\n\t+: "[{Name:A Value:1 ValueFrom:nil}]"\n`,
    );
  });

  it('shows one element that came or went', () => {
    const one = { name: 'A', value: '1' };
    const two = { name: 'B', value: '2' };
    expect(changed(template({ env: [one] }), template({ env: [one, two] }))).toBe(
      `${root}.Containers[0].Env[?->1]:\n\t+: v1.EnvVar: "{Name:B Value:2 ValueFrom:nil}"\n`,
    );
    expect(changed(template({ env: [one, two] }), template({ env: [two] }))).toBe(
      `${root}.Containers[0].Env[0->?]:\n\t-: v1.EnvVar: "{Name:A Value:1 ValueFrom:nil}"\n`,
    );
  });

  it('puts stars before pointers to plain values', () => {
    const spec = (timeoutSeconds: number) => roundTrip(revisionSpec, { containers: [{ image: 'a' }], timeoutSeconds });
    expect(shortDiff(revisionSpec, '{v1.RevisionSpec}', spec(5), spec(6))).toBe(
      '*{v1.RevisionSpec}.TimeoutSeconds:\n\t-: "5"\n\t+: "6"\n',
    );
  });

  it('names keys of maps', () => {
    const labelled = (labels: object) => template({}, { metadata: { labels } });
    expect(changed(labelled({ a: '1', b: '1' }), labelled({ a: '2', c: '1' }))).toBe(
      [
        '{*v1.RevisionTemplateSpec}.ObjectMeta.Labels["a"]:\n\t-: "1"\n\t+: "2"\n',
        '{*v1.RevisionTemplateSpec}.ObjectMeta.Labels["b"]:\n\t-: "1"\n',
        '{*v1.RevisionTemplateSpec}.ObjectMeta.Labels["c"]:\n\t+: "1"\n',
      ].join(''),
    );
  });
});
