import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../emulator/knative/config/go-template.ts';
import { goMap, goStruct } from '../../../emulator/knative/config/go-template-run.ts';

const data = goStruct('config.DomainTemplateValues', {
  Name: 'shop',
  Namespace: 'team-a',
  Domain: 'example.com',
  Annotations: goMap({ sub: 'blue', 'example.com/zone': 'eu' }),
  Labels: goMap({}),
});

function run(text: string): string {
  return parseTemplate('domain-template', text).execute(data);
}

describe('values', () => {
  it.each([
    ['{{.Name}}.{{.Namespace}}.{{.Domain}}', 'shop.team-a.example.com'],
    ['{{ .Name }}-{{ index .Annotations "sub" }}.{{ .Domain }}', 'shop-blue.example.com'],
    ['{{index .Annotations "example.com/zone"}}', 'eu'],
    ['{{index .Annotations "none"}}|', '|'],
    ['{{.Annotations.none}}', '<no value>'],
    ['{{if .Labels}}yes{{else}}no{{end}}', 'no'],
    ['{{if eq .Namespace "team-b" "team-a"}}ours{{end}}', 'ours'],
    ['{{if and (eq .Name "shop") (not .Labels)}}a{{else if .Name}}b{{end}}', 'a'],
    ['{{if ne .Name "shop"}}a{{else if lt 1 2}}b{{else}}c{{end}}', 'b'],
    ['{{with .Annotations.sub}}{{.}}.{{end}}{{$.Domain}}', 'blue.example.com'],
    ['{{with .Annotations.none}}{{.}}{{else}}none{{end}}', 'none'],
    ['{{$n := .Name}}{{$n}}-{{$n}}', 'shop-shop'],
    ['a  {{- .Name -}}  b', 'ashopb'],
    ['{{/* nothing */ -}} x', 'x'],
    ['{{printf "%s-%03d" .Name 7}}', 'shop-007'],
    ['{{.Name | printf "%q"}}', '"shop"'],
    ['{{len .Name}}{{slice .Name 1 3}}', '4ho'],
    ['{{range $k, $v := .Annotations}}{{$k}}={{$v}};{{end}}', 'example.com/zone=eu;sub=blue;'],
    ['{{print "a" 1 2 "b"}}', 'a1 2b'],
    ['{{or .Labels .Name}}', 'shop'],
    ['plain', 'plain'],
  ])('%s', (text, expected) => {
    expect(run(text)).toBe(expected);
  });
});

describe('refusals, in words of Go', () => {
  it.each([
    ['{{.Name', 'template: domain-template:1: unclosed action'],
    ['a\n{{', 'template: domain-template:2: unclosed action'],
    [
      '{{.Nmae}}',
      'template: domain-template:1:2: executing "domain-template" at <.Nmae>: can\'t evaluate field Nmae in type config.DomainTemplateValues',
    ],
    ['{{nope}}', 'template: domain-template:1: function "nope" not defined'],
    ['{{if .Name}}', 'template: domain-template:1: unexpected EOF'],
    ['{{end}}', 'template: domain-template:1: unexpected {{end}}'],
    ['{{if}}a{{end}}', 'template: domain-template:1: missing value for if'],
    ['{{$x}}', 'template: domain-template:1: undefined variable "$x"'],
    ['{{"a}}', 'template: domain-template:1: unterminated quoted string'],
    ['{{#}}', "template: domain-template:1: unrecognized character in action: U+0023 '#'"],
    ['{{(.Name}}', 'template: domain-template:1: unclosed left paren'],
    ['{{.Name)}}', 'template: domain-template:1: unexpected right paren'],
    [
      '{{index .Name 9}}',
      'template: domain-template:1:2: executing "domain-template" at <index .Name 9>: error calling index: index out of range: 9',
    ],
  ])('%s', (text, message) => {
    expect(() => run(text)).toThrow(message);
  });
});
