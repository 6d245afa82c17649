/** Names as Kubernetes' apimachinery checks them, with its texts. Each function gives the reasons, none when fine. */

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label1123}(\\.${label1123})*`;

export const subdomainMessage = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
export const label1123Message = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label1123}')`;
export const label1035Message = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`;

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

function tooLong(limit: number): string {
  return `must be no more than ${limit} characters`;
}

export function subdomainErrors(value: string): string[] {
  const errors = value.length > 253 ? [tooLong(253)] : [];
  return whole(subdomain).test(value) ? errors : [...errors, subdomainMessage];
}

export function label1123Errors(value: string): string[] {
  const errors = value.length > 63 ? [tooLong(63)] : [];
  return whole(label1123).test(value) ? errors : [...errors, label1123Message];
}

export function label1035Errors(value: string): string[] {
  const errors = value.length > 63 ? [tooLong(63)] : [];
  return whole(label1035).test(value) ? errors : [...errors, label1035Message];
}

/** NameIsDNS1035Label with `prefix`: a trailing dash is masked. */
export function label1035NameErrors(value: string, prefix: boolean): string[] {
  return label1035Errors(prefix && value.endsWith('-') ? `${value.slice(0, -1)}a` : value);
}

const qualifiedPart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const qualifiedMessage = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}')`;

/** Keys of labels and annotations, resource names. */
export function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const [prefix, name] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [undefined, parts[0] ?? ''];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...subdomainErrors(prefix).map((error) => `prefix part ${error}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${tooLong(63)}`);
  if (!whole(qualifiedPart).test(name)) errors.push(qualifiedMessage);
  return errors;
}

const envMessage = "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** Environment variables, relaxed form (Kubernetes ≥ 1.30). */
export function envNameErrors(value: string): string[] {
  return value !== '' && /^[ -<>-~]+$/.test(value) ? [] : [envMessage];
}
