/** config-observability: request logs and where a revision's logs are. */

import { parseTemplate } from './go-template.ts';
import { TemplateError } from './go-template-ast.ts';
import { ConfigError, type Data, reader } from './parse.ts';
import type { ObservabilityConfig } from './types.ts';

const defaultRequestLogTemplate =
  '{"httpRequest": {"requestMethod": "{{.Request.Method}}", "requestUrl": "{{js .Request.RequestURI}}", "requestSize": "{{.Request.ContentLength}}", "status": {{.Response.Code}}, "responseSize": "{{.Response.Size}}", "userAgent": "{{js .Request.UserAgent}}", "remoteIp": "{{js .Request.RemoteAddr}}", "serverIp": "{{.Revision.PodIP}}", "referer": "{{js .Request.Referer}}", "latency": "{{.Response.Latency}}s", "protocol": "{{.Request.Proto}}"}, "traceId": "{{.TraceID}}"}';

/** @throws ConfigError */
export function parseObservability(data: Data): ObservabilityConfig {
  const read = reader(data);
  const enableVarLogCollection = read.boolean(false, 'logging.enable-var-log-collection');
  const revisionUrlTemplate = read.string('', 'logging.revision-url-template');
  const requestLogTemplate = read.string(defaultRequestLogTemplate, 'logging.request-log-template');
  const enableRequestLog = read.boolean(false, 'logging.enable-request-log');
  const enableProbeRequestLog = read.boolean(false, 'logging.enable-probe-request-log');
  if (requestLogTemplate === '' && enableRequestLog) {
    throw new ConfigError(
      '"logging.enable-request-log" was set to true, but no "logging.request-log-template" was specified',
    );
  }
  try {
    parseTemplate('requestLog', requestLogTemplate);
  } catch (error) {
    if (error instanceof TemplateError) throw new ConfigError(error.message);
    throw error;
  }
  return { enableRequestLog, requestLogTemplate, enableProbeRequestLog, enableVarLogCollection, revisionUrlTemplate };
}
