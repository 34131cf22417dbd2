/**
 * An event's body without a user's personal data; undefined when it has none. An event about the user keeps its envelope (`id`,
 * `type`, `seq`, `timestamp`, `cause` …), and its `data` is `{id, erased: true}`. A membership event keeps its group and its
 * other members; the user's entry keeps `id` and `type`, everything else in it is null, and says `erased: true`.
 */
export function eraseUser(body: string, userId: string): string | undefined {
  // Most events are about others: those are not even parsed.
  if (!body.includes(userId)) return undefined;
  const event = JSON.parse(body) as Record<string, unknown>;
  const data = event['data'] as Record<string, unknown>;
  if (String(event['type']).startsWith('user.') && data['id'] === userId) {
    const erased = { ...event, data: { id: userId, erased: true } };
    return JSON.stringify(Object.fromEntries(Object.entries(erased).filter(([field]) => field !== 'previous')));
  }
  const members = Array.isArray(data['members']) ? (data['members'] as Record<string, unknown>[]) : [];
  if (!members.some(({ id }) => id === userId)) return undefined;
  const rest = members.map((member) => (member['id'] === userId ? erasedMember(member) : member));
  return JSON.stringify({ ...event, data: { ...data, members: rest } });
}

/** Whether an event's data was erased: then it has `id`, and nothing of what its type says. */
export const isErased = (data: object): boolean => 'erased' in data;

const erasedMember = ({ id, type }: Record<string, unknown>) => ({
  id,
  type,
  userName: null,
  email: null,
  externalId: null,
  erased: true,
});
