import { ScimError } from '../../../shared/scim/errors.js';

/** How a call is refused: `<scimType or status>: <detail>`, or 'accepted'. Anything that is not a `ScimError` is thrown on. */
export function refusal(call: () => unknown): string {
  try {
    call();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return `${error.scimType ?? error.status}: ${error.detail}`;
  }
}

/** The same without the detail. */
export const refusalType = (call: () => unknown): string => refusal(call).replace(/:.*$/s, '');
