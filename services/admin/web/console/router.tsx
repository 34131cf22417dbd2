import { createContext, useContext, useMemo, useSyncExternalStore, type AnchorHTMLAttributes } from 'react';

/** Addresses of the console, all below /console: the browser's history is the only state of where one is. */
const BASE = '/console';
const MOVED = 'rollcall:moved';

interface Place {
  /** Without the base: `/directories/1`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('popstate', changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener('popstate', changed);
    removeEventListener(MOVED, changed);
  };
};

const PlaceContext = createContext<Place>({ path: '/', query: new URLSearchParams() });
export const PlaceProvider = PlaceContext.Provider;

/** Where the address bar is. */
export function useAddress(): Place {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  return useMemo(() => {
    const { pathname, searchParams } = new URL(address, location.origin);
    return { path: pathname.slice(BASE.length) || '/', query: searchParams };
  }, [address]);
}

export const usePlace = (): Place => useContext(PlaceContext);

/** Goes to an address of the console; `replace` leaves no step back, for what is typed into a filter. */
export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', BASE + to);
  dispatchEvent(new Event(MOVED));
}
export const useNavigate = () => navigate;

/** One value of the address's query, and how to change it; undefined and '' take it out. */
export function useQuery(name: string): [string, (value: string | undefined) => void] {
  const { path, query } = usePlace();
  const set = (value: string | undefined): void => {
    const next = new URLSearchParams(query);
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
    const search = next.toString();
    navigate(search === '' ? path : `${path}?${search}`, { replace: true });
  };
  return [query.get(name) ?? '', set];
}

/** What the list is narrowed by, as the end of an address: it stays when something of the list is opened. */
export function useSearch(): string {
  const { query } = usePlace();
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Parameters of a path that is like `/directories/:id`; undefined: it is not. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, parts] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const want = wanted[index] ?? '';
    if (want.startsWith(':') && part !== '') parameters[want.slice(1)] = decodeURIComponent(part);
    else if (want !== part) return undefined;
  }
  return parameters;
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string;
}

/** A link within the console: a real one, which opens in a new tab where that is asked for. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={BASE + to}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !isPlain) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}
