import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './system-user.ts';
import { chownTo } from './template-folder.ts';

/** PEM files of one server. */
export interface TlsFiles {
  /** What a client must trust. */
  readonly caFile: string;
  /** An authority that had no part in it: a client that trusts this one must refuse. */
  readonly strangeCaFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Whose name stands in the server's certificate: with `other-host` a client that verifies names must refuse. */
export type CertificateName = 'localhost' | 'other-host';

const SUBJECT_ALT_NAMES: Readonly<Record<CertificateName, string>> = {
  localhost: 'DNS:localhost,IP:127.0.0.1',
  'other-host': 'DNS:db.example.org',
};

export async function makeTlsFiles(
  folder: string,
  name: CertificateName,
  owner: SystemUser | undefined,
): Promise<TlsFiles> {
  const at = (file: string): string => path.join(folder, file);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const authority of ['ca', 'strange-ca']) {
    const files = ['-keyout', at(`${authority}.key`), '-out', at(`${authority}.pem`)];
    await openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=Lumbung test ${authority}`, ...files);
  }
  const request = ['-keyout', at('server.key'), '-out', at('server.csr')];
  await openssl('req', ...newKey, '-subj', `/CN=${name}`, ...request);
  await writeFile(at('server.ext'), `subjectAltName=${SUBJECT_ALT_NAMES[name]}\n`);
  const issuer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  await openssl(
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    ...issuer,
    '-extfile',
    at('server.ext'),
    '-out',
    at('server.pem'),
  );
  await chmod(at('server.key'), 0o600);
  await chownTo(owner, at('server.key'), at('server.pem'), at('ca.pem'));
  return {
    caFile: at('ca.pem'),
    strangeCaFile: at('strange-ca.pem'),
    certFile: at('server.pem'),
    keyFile: at('server.key'),
  };
}

async function openssl(...args: readonly string[]): Promise<void> {
  await runProgram('openssl', args);
}
