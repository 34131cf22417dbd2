/** Audit entries by what was done. */
export const AUDIT_ACTIONS = 'CREATE INDEX audit_action ON audit (action, id)';
