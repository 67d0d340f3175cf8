/**
 * spec.md#error-codes, with the status each is answered with where the thrower names no other. TAG_INVALID is Docker's
 * and kept by the spec as optional. A 5xx has no code of the spec: the two last rows are what clients already know.
 */
export const ERROR_CODES = {
  BLOB_UNKNOWN: { id: 'code-1', status: 404, message: 'blob unknown to registry' },
  BLOB_UPLOAD_INVALID: { id: 'code-2', status: 400, message: 'blob upload invalid' },
  BLOB_UPLOAD_UNKNOWN: { id: 'code-3', status: 404, message: 'blob upload unknown to registry' },
  DIGEST_INVALID: { id: 'code-4', status: 400, message: 'provided digest did not match uploaded content' },
  MANIFEST_BLOB_UNKNOWN: {
    id: 'code-5',
    status: 404,
    message: 'manifest references a manifest or blob unknown to registry',
  },
  MANIFEST_INVALID: { id: 'code-6', status: 400, message: 'manifest invalid' },
  MANIFEST_UNKNOWN: { id: 'code-7', status: 404, message: 'manifest unknown to registry' },
  NAME_INVALID: { id: 'code-8', status: 400, message: 'invalid repository name' },
  NAME_UNKNOWN: { id: 'code-9', status: 404, message: 'repository name not known to registry' },
  SIZE_INVALID: { id: 'code-10', status: 400, message: 'provided length did not match content length' },
  UNAUTHORIZED: { id: 'code-11', status: 401, message: 'authentication required' },
  DENIED: { id: 'code-12', status: 403, message: 'requested access to the resource is denied' },
  UNSUPPORTED: { id: 'code-13', status: 405, message: 'the operation is unsupported' },
  TOOMANYREQUESTS: { id: 'code-14', status: 429, message: 'too many requests' },
  TAG_INVALID: { id: 'docker', status: 400, message: 'tag invalid' },
  UNKNOWN: { id: 'none', status: 500, message: 'internal error' },
  UNAVAILABLE: { id: 'none', status: 503, message: 'service unavailable' },
} as const satisfies Record<string, { id: `code-${number}` | 'docker' | 'none'; status: number; message: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
