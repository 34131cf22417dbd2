import { rulesReference } from './rules-reference.js';

process.stdout.write(rulesReference());
