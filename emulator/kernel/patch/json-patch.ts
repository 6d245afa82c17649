/** JSON patch (RFC 6902). */
import jsonPatch, { type Operation } from 'fast-json-patch';
import { ApiError } from '../errors.ts';
import { clone, isObject } from '../json.ts';

const maximumOperations = 10_000;

/**
 * @throws ApiError Invalid when an operation does not fit the object (a failed test, a path that is not there), BadRequest
 * when the patch is none.
 */
export function applyJsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations) || !operations.every(isObject)) {
    throw new ApiError(
      'BadRequest',
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (operations.length > maximumOperations) {
    throw new ApiError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${operations.length}`,
    );
  }
  try {
    // Validates every operation; does not touch the target; refuses `__proto__`.
    return jsonPatch.applyPatch(clone(target), clone(operations) as unknown as Operation[], true, true, true)
      .newDocument;
  } catch {
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request');
  }
}
