/** What an identity provider is given to reach a directory. `publicUrl` has no slash at the end. */
export const scimBaseUrl = (publicUrl: string, directoryId: string): string => `${publicUrl}/scim/${directoryId}/v2`;
