import { EVENT_SCHEMAS } from '../../shared/events/event.js';

/** What answers tell as events do. */

const user = EVENT_SCHEMAS['user.created'].shape.data;
const group = EVENT_SCHEMAS['group.created'].shape.data;
const updatedAt = user.shape.updatedAt.nullable().meta({
  description: 'When this version was made; null where a later event, which will bring it, came meanwhile',
});

export const userView = user.meta({ id: 'User', description: 'A user, as events tell of it' });
export const groupView = group.meta({ id: 'Group', description: 'A group, as events tell of it' });
export const pastUserView = user
  .extend({ updatedAt })
  .meta({ id: 'PastUser', description: 'A user as it was at a time' });
export const pastGroupView = group
  .extend({ updatedAt })
  .meta({ id: 'PastGroup', description: 'A group as it was at a time' });
