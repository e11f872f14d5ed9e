import { dirname } from 'node:path';
import type { Plugin } from 'rolldown';
import { parseSync } from 'rolldown/utils';
import { urlOfPath } from './host-modules.js';

const MEMBER = /^\s*\.\s*(url|dirname|filename)\b/;

/** Makes `import.meta` tell where a source file is, not where its compiled form is: plugins find their data by it. */
export function sourceMeta(): Plugin {
  return {
    name: 'synapse:source-meta',
    transform: {
      filter: { code: 'import.meta' },
      handler(code, id) {
        const edited = withSourceMeta(code, id);
        return edited === code ? null : { code: edited, map: null };
      },
    },
  };
}

/** `code` with what it asks `import.meta` filled in. No line moves; faults in it are left for the compiler to report. */
function withSourceMeta(code: string, path: string): string {
  const values = { url: urlOfPath(path), dirname: dirname(path), filename: path };
  const { module, errors } = parseSync(path, code);
  if (errors.length > 0) return code;
  let result = '';
  let done = 0;
  for (const { start, end } of module.importMetas) {
    const behind = code.slice(end);
    const member = MEMBER.exec(behind);
    // `import.meta.resolve` and what a host may add stay Node's; bare, the object is handed on with ours laid over it.
    if (!member && /^\s*(?:\.|\?\.|\[)/.test(behind)) continue;
    const value = member ? values[member[1] as keyof typeof values] : undefined;
    const text = member ? JSON.stringify(value) : `({ ...import.meta, ...${JSON.stringify(values)} })`;
    result += code.slice(done, start) + text;
    done = end + (member?.[0].length ?? 0);
  }
  return result + code.slice(done);
}
