import { usePlace } from '../router.js';
import { Audit } from './audit.js';
import { Erasures } from './erasures.js';
import { Keys } from './keys.js';
import { Overview } from './overview.js';

/** How the installation does, who may look at it, and who changed what. */
export function System() {
  const { path } = usePlace();
  if (path.startsWith('/system/keys')) return <Keys />;
  if (path.startsWith('/system/audit')) return <Audit />;
  if (path.startsWith('/system/erasures')) return <Erasures />;
  return <Overview />;
}
