/** Matching of routes beside the resources: `/apis/…/things/{name}`. */
import type { ApiRequest, Route } from './http.ts';

/** Decoded parameters, or undefined when the route is another one. A broken escape matches nothing. */
export function matchRoute(route: Route, request: ApiRequest): Record<string, string> | undefined {
  if (route.method !== request.method) return undefined;
  const pattern = route.path.split('/');
  const segments = request.path.split('/');
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{') && part.endsWith('}')) {
      try {
        parameters[part.slice(1, -1)] = decodeURIComponent(segment);
      } catch {
        return undefined;
      }
    } else if (part !== segment) return undefined;
  }
  return parameters;
}
