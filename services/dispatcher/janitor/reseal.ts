import type { Logger } from '../../../shared/runtime/logger.js';
import type { Sealer } from '../../../shared/runtime/seal.js';
import { findAll, type Endpoint, type Registry } from '../../../shared/store/registry.js';

interface Deps {
  readonly registry: { readonly endpoints: Pick<Registry['endpoints'], 'find' | 'get' | 'replace'> };
  readonly sealer: Sealer;
  readonly logger: Logger;
}

/**
 * Seals anew what a former encryption key, or a former version, has sealed: signing secrets, and values of headers. Answers of how
 * many endpoints.
 */
export async function reseal({ registry: { endpoints }, sealer, logger }: Deps): Promise<number> {
  const isFormer = ({ sealed }: { readonly sealed: string }): boolean => !sealer.isCurrent(sealed);
  let resealed = 0;
  for (const found of await findAll(endpoints, {})) {
    for (let record: Endpoint | undefined = found; record !== undefined; record = await endpoints.get(record.id)) {
      const { id, version, secrets, headers } = record;
      if (![...secrets, ...headers].some(isFormer)) break;
      const anew = <T extends { readonly sealed: string }>(one: T): T => ({
        ...one,
        sealed: sealer.seal(sealer.open(one.sealed, found), found),
      });
      let next: Endpoint;
      try {
        next = { ...record, version: version + 1, secrets: secrets.map(anew), headers: headers.map(anew) };
      } catch (error) {
        logger.error({ endpointId: id, err: error }, 'What an endpoint has sealed cannot be sealed anew.');
        break;
      }
      // Somebody else has changed it meanwhile: from the start.
      if (!(await endpoints.replace(next))) continue;
      resealed += 1;
      break;
    }
  }
  if (resealed > 0) logger.info({ endpoints: resealed }, 'Secrets are sealed anew, with the encryption key.');
  return resealed;
}
