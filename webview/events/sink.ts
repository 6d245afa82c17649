/** Where an event went, in the table of deliveries. Pure leaf. */

/** A service of the platform by its name, with its namespace where that is another than the usual one; what else it is as it is. */
export function shortSink(to: string): string {
  const [, name, namespace, path = ''] =
    /^http:\/\/([^./]+)\.([^./]+)\.svc(?:\.cluster\.local)?(\/.*)?$/.exec(to) ?? [];
  if (!name) return to;
  return `${name}${namespace === 'default' ? '' : `.${namespace}`}${path === '/' ? '' : path}`;
}
