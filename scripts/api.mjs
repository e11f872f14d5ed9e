/** `npm run api`: writes etc/*.api.md, the reviewed record of what each public subpath exports. */
import { updateApi } from './check/api-report.mjs';
import { runTool } from './lib/project.mjs';

const built = await runTool('scripts/build.mjs');
process.exitCode = built.code === 0 && updateApi() ? 0 : 1;
