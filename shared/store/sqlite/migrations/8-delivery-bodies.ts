/** The message of a delivery whose event is in no commit. */
export const DELIVERY_BODIES = 'ALTER TABLE deliveries ADD COLUMN body TEXT';
