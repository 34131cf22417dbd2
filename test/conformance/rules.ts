/** A rule, and where it comes from. Tests that check it begin with its name and a colon. */
export interface Rule {
  /** `1` to `34`, or `regression 1` to `regression 20`. */
  readonly name: string;
  readonly rule: string;
  /** Sections of RFC 7643, 7644, 9865 and 6750. */
  readonly sections: string;
}

const numbered = (prefix: string, rules: readonly (readonly [string, string])[]): Rule[] =>
  rules.map(([sections, rule], index) => ({ name: `${prefix}${index + 1}`, rule, sections }));

/** What the RFCs ask of a service provider. */
export const CHECKLIST: readonly Rule[] = numbered('', [
  ['7643 §3, §3.1', 'Every resource has `schemas`, a stable `id` of ours and `meta`; `externalId` is the client’s'],
  ['7643 §3.1; 7644 §3.3', '`meta` is complete and readOnly; `Location` is `meta.location`'],
  ['7643 §2.1, §2.2, §7', 'Characteristics hold; names of attributes and schema URNs have no case'],
  ['7643 §2.4, §7', '`canonicalValues` are suggestions'],
  ['7643 §2.5', 'Null, the empty array and absence are the same'],
  ['7644 §3.3', 'POST creates: 201, body, `Location`; readOnly input is ignored; a taken userName is 409 `uniqueness`'],
  ['7644 §3.4.1', 'GET reads, or is 404 with an Error body'],
  ['7644 §3.4.2', 'A list has whole numbers, and is empty where nothing matches'],
  ['7644 §3.4.2.2', 'The grammar of filters, whatever the case of operators'],
  ['7644 §3.4.2.2', 'Precedence; a multi-valued attribute matches on any value, brackets on one'],
  ['7644 §3.4.2.2', 'Comparison by type and by `caseExact`; undefined attributes are absent'],
  ['7644 §3.4.2.2, §3.12', 'Bad filters are `invalidFilter`'],
  ['7644 §3.4.2.5, §3.9', '`attributes` and `excludedAttributes`, on writes too'],
  ['7644 §3.4.2.3', 'Sorting'],
  ['7644 §3.4.2.4', 'Pages by index'],
  ['9865 §2, §4', 'Pages by cursor'],
  ['7644 §3.4.3', '`.search` by POST, on each type and over all'],
  ['7644 §3.5.1', 'PUT replaces and never creates; what is immutable stays'],
  ['7644 §3.5.2', 'PATCH works in order, all or nothing'],
  ['7644 §3.5.2.1', 'PATCH add'],
  ['7644 §3.5.2.2', 'PATCH remove'],
  ['7644 §3.5.2.3', 'PATCH replace'],
  ['7643 §2.4; 7644 §3.5.2', 'One primary value'],
  ['7644 §3.5.2, §3.10', 'Paths with a URN; bad paths and bad values'],
  ['7644 §3.6', 'DELETE is final'],
  ['7644 §3.14', 'ETags, `If-Match` and `If-None-Match`'],
  ['7644 §3.12', 'Errors'],
  ['7644 §3.7', 'Bulk'],
  ['7643 §5, §6, §7; 7644 §4', 'Discovery'],
  ['7644 §3.11', '`/Me` is 501'],
  ['7644 §3.1, §8.1', 'Media types'],
  ['7643 §3.3, §4.3', 'Extensions under their URNs'],
  ['7643 §4.1.1, §9.2; 7644 §7.5.2', 'A password is dropped'],
  ['7644 §2, §3.12; 6750 §3', '401 with `WWW-Authenticate`; 403 for a disabled directory'],
]);

/** The bugs that other servers ship. */
export const REGRESSIONS: readonly Rule[] = numbered('regression ', [
  ['7644 §3.5.2.2', 'Removing a member by value empties the group'],
  ['7644 §3.5.2.2', '`members[value eq …]` is answered with 200 and ignored'],
  ['7644 §3.5.2', 'A capitalised `op` is refused or ignored'],
  ['7643 §2.3.2', '`"False"` is kept as a string, which is true'],
  ['7644 §3.5.2.3', 'A replace in brackets loses an absent value, or deletes its siblings'],
  ['7644 §3.10', 'A path with a URN is split at the dot in `2.0`'],
  ['7644 §3.12', 'Errors in plain text'],
  ['7643 §4.1.1', 'userName is compared with its case'],
  ['7644 §3.4.2.2', 'A filter on `externalId` is refused'],
  ['7644 §3.4.2.2', 'Any filter is taken for one on userName'],
  ['7643 §4.2; 7644 §3.3, §3.5.1', 'Members in POST and PUT are dropped'],
  ['7644 §3.5.2', 'Concurrent PATCHes lose members'],
  ['7644 §3.4.2', 'Duplicates raise `totalResults`'],
  ['7644 §3.1, §8.1', 'The wrong content type'],
  ['7643 §4.1.1, §9.2', 'A password is stored'],
  ['7644 §3.12', '200 for an unknown directory'],
  ['7644 §6', 'Tenants mix under concurrency'],
  ['7644 §3.5.2', 'A PATCH reaches a prototype'],
  ['7644 §3.3', 'Concurrent creates of one userName make several users'],
  ['7644 §3.4.2.4', '`totalResults` is capped at the page'],
]);
