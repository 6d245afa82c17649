/** JSON patch (RFC 6902). */
import jsonPatch, { type Operation } from 'fast-json-patch';
import { ApiError } from '../errors.ts';
import { clone, isObject } from '../json.ts';

const maximumOperations = 10_000;
/** Characters that copies may add: each could double the object. */
const maximumCopied = 3 * 1024 * 1024;

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
    let document = clone(target);
    let copied = 0;
    for (const operation of clone(operations) as unknown as Operation[]) {
      if (operation.op === 'move' && `${operation.path}/`.startsWith(`${operation.from}/`)) {
        // RFC 6902, 4.4: nothing can be moved into itself.
        if (operation.path !== operation.from) throw new Error('moved into itself');
      }
      if (operation.op === 'copy') {
        copied += JSON.stringify(jsonPatch.getValueByPointer(document, operation.from) ?? null).length;
        if (copied > maximumCopied) throw tooMuchCopied(copied);
      }
      // Validates; does not touch the target; refuses `__proto__`.
      document = jsonPatch.applyOperation(document, operation, true, true, true).newDocument;
    }
    return document;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request');
  }
}

function tooMuchCopied(size: number): ApiError {
  return new ApiError(
    'RequestEntityTooLarge',
    `Unable to complete the patch: the accumulated size increase of JSON patch copy operations is ${size}, exceeding the limit ${maximumCopied}`,
  );
}
