import { usePlace } from '../router.js';
import { Deliveries } from './deliveries.js';
import { Events } from './events.js';

/** What has happened, and what became of telling it: two views of one screen. */
export function EventsAndDeliveries() {
  const { path } = usePlace();
  return path.startsWith('/deliveries') ? <Deliveries /> : <Events />;
}
