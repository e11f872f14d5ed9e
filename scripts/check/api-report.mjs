import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { inProject, projectRoot } from '../lib/project.mjs';

/** Whether etc/ says what each public subpath exports. Names the reports that do not, and the command that writes them. */
export async function checkApi() {
  return extractAll({ mayWrite: false });
}

/** Writes etc/*.api.md anew from the built declarations. */
export function updateApi() {
  return extractAll({ mayWrite: true });
}

function extractAll({ mayWrite }) {
  mkdirSync(inProject('etc'), { recursive: true });
  const surfaces = publicSurfaces();
  const results = surfaces.map((surface) => extract(surface, mayWrite));
  const known = surfaces.map(({ report }) => `${report}.api.md`);
  const stray = readdirSync(inProject('etc')).filter((file) => file.endsWith('.api.md') && !known.includes(file));
  if (stray.length > 0)
    console.error(`etc/ has reports of subpaths that package.json does not export: ${stray.join(', ')}`);
  return results.every(Boolean) && stray.length === 0;
}

/** Each subpath of package.json's exports that has types: `./errors` → report `errors`, `.` → the package's name. */
function publicSurfaces() {
  const { name, exports } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([subpath, target]) => ({
      report: subpath === '.' ? name : subpath.slice(2).replaceAll('/', '-'),
      types: target.types,
    }));
}

function extract({ report, types }, mayWrite) {
  mkdirSync(inProject('.cache/api'), { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: inProject('api-extractor.json'),
    packageJsonFullPath: inProject('package.json'),
    configObject: configOf(report, types),
  });
  const problems = [];
  const result = Extractor.invoke(config, {
    localBuild: mayWrite,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithLocation(projectRoot));
    },
  });
  problems.forEach((problem) => console.error(problem));
  if (problems.length > 0) return false;
  if (!result.apiReportChanged) return true;
  if (mayWrite) console.log(`wrote etc/${report}.api.md`);
  else
    console.error(`etc/${report}.api.md is not what ${types} exports. Run \`npm run api\` and review the difference.`);
  return mayWrite;
}

function configOf(report, types) {
  return {
    projectFolder: projectRoot,
    mainEntryPointFilePath: inProject(types),
    newlineKind: 'lf',
    apiReport: {
      enabled: true,
      reportFileName: `${report}.api.md`,
      reportFolder: inProject('etc'),
      reportTempFolder: inProject('.cache/api'),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    compiler: { tsconfigFilePath: inProject('tsconfig.build.json') },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' } },
      extractorMessageReporting: {
        default: { logLevel: 'error' },
        // No release tags here: everything an index.ts exports is public.
        'ae-missing-release-tag': { logLevel: 'none' },
        'ae-unresolved-link': { logLevel: 'none' },
        // Names, codes and kinds speak for themselves; the lint rules see to the rest.
        'ae-undocumented': { logLevel: 'none' },
        // A type that is used by the surface and not exported is shown in the report, where a review can judge it.
        'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
      },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  };
}
