import type { Reply } from '../kernel/reply';

/** What `stripe logs tail` shows of a request. */
export interface LoggedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly reply: Reply;
}

/** The entry as the command line reads it. */
export function logEntry({ id, method, path, reply }: LoggedRequest, now: number): object {
  const error = errorOf(reply);
  const fields = ['type', 'charge', 'code', 'decline_code', 'message', 'param'];
  return {
    created_at: now,
    livemode: false,
    method,
    request_id: id,
    status: reply.status,
    url: path,
    error: Object.fromEntries(fields.map((field) => [field, error[field] ?? ''])),
  };
}

/** Whether a request passes the filters that the command line named. */
export function isLogged(
  { method, path, reply }: LoggedRequest,
  filters: Readonly<Record<string, readonly string[]>>,
): boolean {
  const passes = (name: string, ...values: readonly string[]): boolean => {
    const wanted = filters[name];
    if (!Array.isArray(wanted) || wanted.length === 0) return true;
    return wanted.some((each) => values.includes(String(each).toUpperCase()));
  };
  const { status } = reply;
  return (
    passes('filter_http_method', method) &&
    passes('filter_request_path', path.toUpperCase()) &&
    passes('filter_request_status', status < 400 ? 'SUCCEEDED' : 'FAILED') &&
    passes('filter_status_code', String(status)) &&
    passes('filter_status_code_type', `${Math.floor(status / 100)}XX`)
  );
}

function errorOf({ status, body }: Reply): Readonly<Record<string, unknown>> {
  if (status < 400 || typeof body !== 'string') return {};
  return (JSON.parse(body) as { error: Record<string, unknown> }).error;
}
