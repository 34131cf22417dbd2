import type { Route } from '../routes.js';
import { openApi } from './document.js';
import { apiPage } from './page.js';

/** The API's descriptions of itself, each made when it is first asked for. */
export interface Descriptions {
  /** The OpenAPI document, as JSON. */
  openApi(): string;
  /** The same for people, as HTML. */
  page(): string;
}

export function createDescriptions(routes: readonly Route[]): Descriptions {
  let document: string | undefined;
  let page: string | undefined;
  return {
    openApi: () => (document ??= JSON.stringify(openApi(routes))),
    page: () => (page ??= apiPage(openApi(routes))),
  };
}
