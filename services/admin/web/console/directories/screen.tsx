import { usePlace } from '../router.js';
import { DirectoryScreen } from './directory.js';
import { DirectoryList } from './list.js';

/** Every directory; or one of them, with all that is in it: `/directories/:id/…`. */
export function Directories() {
  const { path } = usePlace();
  const [id, view, item] = path.split('/').slice(2).map(decodeURIComponent);
  if (id === undefined || id === '' || id === 'new') return <DirectoryList isNew={id === 'new'} />;
  return <DirectoryScreen key={id} id={id} view={view ?? ''} item={item} />;
}
