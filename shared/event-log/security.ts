/** How this process and the brokers of the event log trust each other. */
export interface LogSecurity {
  /** Undefined: no TLS. Paths of PEM files; without `caFile`, Node's own authorities. */
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } | undefined;
  readonly sasl: LogCredentials | undefined;
}

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

export interface LogCredentials {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}
