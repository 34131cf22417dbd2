import { ROUTES } from '../../services/admin/app.js';
import { openApi } from '../../services/admin/openapi/document.js';
import { apiReference } from '../../services/admin/openapi/reference.js';

process.stdout.write(apiReference(openApi(ROUTES)));
