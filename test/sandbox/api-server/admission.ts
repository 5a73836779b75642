import type { StoredObject } from './objects.ts'
import type { ResourceType } from './resources.ts'
import { ApiError } from './status.ts'
import type { User } from './users.ts'

/** A write that is about to happen. */
export interface AdmissionReview {
  operation: 'CREATE' | 'UPDATE' | 'DELETE'
  resource: ResourceType
  subresource: string
  user: User
  dryRun: boolean
  /** As it will be stored; may be altered, as a mutating webhook would. Absent for DELETE. */
  object?: StoredObject
  /** As it is stored now; absent for CREATE. */
  oldObject?: StoredObject
  /** Adds a warning that clients print. */
  warn: (text: string) => void
}

/** Throws (best what {@link denied} returns) to refuse a write. */
export type AdmissionHook = (review: AdmissionReview) => void | Promise<void>

/** The answer of a webhook that refuses, as the API server passes it on. */
export function denied(webhook: string, message: string, code = 403, reason = 'Forbidden'): ApiError {
  return new ApiError(code, reason, `admission webhook "${webhook}" denied the request: ${message}`)
}
