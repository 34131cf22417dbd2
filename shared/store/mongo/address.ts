/** A connection string without user, password and options: what may stand in an error or a log line. */
export const shownUri = (uri: string): string => uri.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '');

/** The database that a connection string names; undefined when it names none. */
export const databaseName = (uri: string): string | undefined => /^[^/]*\/\/[^/]*\/([^/?]+)/.exec(uri)?.[1];
