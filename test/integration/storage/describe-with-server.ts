import { isRequired } from '../../is-required.js';
import { gcsEmulatorPath } from './servers/programs.js';
import { motoProgram } from './servers/moto-server.js';
import { hasSftpServer } from './servers/sftp-server.js';
import { hasWebdavServer } from './servers/webdav-server.js';

const servers = {
  moto: {
    isHere: () => motoProgram() !== undefined,
    cure: 'Install requirements.txt beside this spec, and name its interpreter in SYNAPSE_TEST_STORAGE_PYTHON.',
  },
  'the GCS emulator': {
    isHere: () => gcsEmulatorPath() !== undefined,
    cure: 'Install requirements.txt beside this spec, and name its interpreter in SYNAPSE_TEST_STORAGE_PYTHON.',
  },
  OpenSSH: { isHere: hasSftpServer, cure: 'Install openssh-server, openssl and libnss-wrapper (Debian).' },
  nginx: { isHere: hasWebdavServer, cure: 'Install nginx and libnginx-mod-http-dav-ext (Debian).' },
} as const;

/** `describe` for a spec that needs a server: skipped, and said so, on a machine without. */
export function describeWithServer(name: string, server: keyof typeof servers, define: () => void): void {
  const { isHere, cure } = servers[server];
  if (isHere() || isRequired('SYNAPSE_TEST_STORAGE_REQUIRED')) return describe(name, define);
  process.stderr.write(`Skipped: ${name}, for there is no ${server} here. ${cure}\n`);
  describe.skip(name, define);
}
