import { useEffect, useState } from 'react';
import { api } from '../api.js';

/** What has a name, or a URL in its stead. */
export type Kind = 'organizations' | 'directories' | 'endpoints';

export interface Named {
  readonly id: string;
  readonly name?: string;
  /** Of a directory: customers' directories are often called alike. */
  readonly organizationName?: string | null;
  readonly url?: string;
}

export function calledAs({ id, name, organizationName, url }: Named): string {
  if (name === undefined) return url === undefined ? id : shortUrl(url);
  return organizationName === undefined || organizationName === null ? name : `${organizationName}, ${name}`;
}

/** Asked for once: lists tell of the same few again and again. */
const known = new Map<string, Promise<string>>();

/** What an id is called. The id itself where it is of nothing that this key sees, or that there is any more. */
export function useName(kind: Kind, id: string): string {
  const [name, setName] = useState<{ of: string; is: string }>();
  useEffect(() => {
    if (id === '') return;
    let isWanted = true;
    void nameOf(`/v1/${kind}/${id}`, id).then((is) => isWanted && setName({ of: id, is }));
    return () => void (isWanted = false);
  }, [kind, id]);
  return id === '' ? '' : name?.of === id ? name.is : '…';
}

function nameOf(path: string, id: string): Promise<string> {
  const asked =
    known.get(path) ??
    api<Named>(path).then(calledAs, () => {
      known.delete(path);
      return id;
    });
  known.set(path, asked);
  return asked;
}

/** A name, where only the id is known. */
export function Name(props: { readonly kind: Kind; readonly id: string }) {
  return useName(props.kind, props.id);
}

/** `app.example.com/webhooks`: what tells URLs apart. */
export function shortUrl(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}${search}`;
}
