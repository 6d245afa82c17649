/** Reason phrases (RFC 9110), for answers that bring none of their own. */
import { STATUS_CODES } from 'node:http';

export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}
