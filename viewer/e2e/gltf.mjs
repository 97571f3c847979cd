// Every GLB below the folders that are named, by Khronos' glTF validator: node e2e/gltf.mjs FOLDER ...
// Prints a line of JSON per kind of issue, then one with the number of files; exits with 1 if there is an issue.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import validator from 'gltf-validator';

/** What says that the validator does not know an extension, and nothing about the file. */
const UNKNOWN = [
  // the extensions themselves
  {
    code: 'UNSUPPORTED_EXTENSION',
    about:
      /'EXT_(meshopt_compression|mesh_features|structural_metadata|mesh_gpu_instancing|instance_features)'/,
  },
  // buffer views that only a property table of EXT_structural_metadata uses
  { code: 'UNUSED_OBJECT', at: /^\/bufferViews\/\d+$/, of: 'EXT_structural_metadata' },
  // accessors that only places and sizes of EXT_mesh_gpu_instancing use
  { code: 'UNUSED_OBJECT', at: /^\/accessors\/\d+$/, of: 'EXT_mesh_gpu_instancing' },
];

const counts = ({ code, message, pointer }, extensions) =>
  !UNKNOWN.some(
    (u) =>
      u.code === code &&
      (u.about ?? /./).test(message) &&
      (u.at ?? /./).test(pointer) &&
      (u.of === undefined || extensions.includes(u.of)),
  );

function* files(path) {
  if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) yield* files(join(path, name));
  else if (path.endsWith('.glb')) yield path;
}

const found = new Map();
let count = 0;
for (const path of process.argv.slice(2).flatMap((folder) => [...files(folder)])) {
  count += 1;
  const report = await validator.validateBytes(new Uint8Array(readFileSync(path)), {
    uri: path,
    maxIssues: 0,
    externalResourceFunction: () => Promise.reject(new Error('tiles refer to nothing outside')),
  });
  const issues = report.issues.messages.filter((issue) => counts(issue, report.info?.extensionsUsed ?? []));
  for (const { code, severity, message, pointer } of issues) {
    const issue = found.get(code) ?? { code, severity, times: 0, first: { path, message, pointer } };
    issue.times += 1;
    found.set(code, issue);
  }
}
for (const issue of found.values()) console.log(JSON.stringify(issue));
console.log(JSON.stringify({ files: count, version: validator.version() }));
if (found.size > 0 || count === 0) process.exitCode = 1;
