// SPDX-License-Identifier: MIT

// Validates documents against the JSON schemas of CycloneDX and SPDX by ajv: an implementation that shares nothing with the
// Go library that the tests use.
//
//   npm ci --ignore-scripts --prefix DIR      with package.json and package-lock.json of this folder in DIR
//   node validate.mjs --packages DIR/node_modules --spdx FOLDER DOCUMENT...
//
// The schemas of CycloneDX are those of the npm package @cyclonedx/cyclonedx-library; FOLDER holds SPDX's, as the wheel
// lib4sbom does. Nothing is fetched. Exit codes: 0 all valid, 1 failure, 2 usage, 3 a document breaks its schema.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";

const usage = "usage: node validate.mjs --packages NODE_MODULES --spdx FOLDER DOCUMENT...\n";

function parse(args) {
  const options = { documents: [] };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--packages" || args[i] === "--spdx") options[args[i].slice(2)] = args[++i];
    else if (args[i].startsWith("--")) return null;
    else options.documents.push(args[i]);
  }
  return options.packages && options.spdx && options.documents.length > 0 ? options : null;
}

const readJSON = (file) => JSON.parse(readFileSync(file, "utf8"));

// Where ajv has the drafts of JSON Schema that schemas say they are written in.
const drafts = { "draft-07": "ajv", "2019-09": "ajv/dist/2019", "2020-12": "ajv/dist/2020" };

// The schemas by what a document says of itself.
function compile(options) {
  const require = createRequire(join(resolve(options.packages), "validate.cjs"));
  const formats = require("ajv-formats").default;
  const make = (draft) => {
    const Ajv = require(draft).default;
    // The schemas use keywords that ajv does not know, such as meta:enum, and formats that it lacks.
    const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false });
    formats(ajv);
    return ajv;
  };
  const cyclonedx = (name) =>
    readJSON(join(resolve(options.packages), "@cyclonedx/cyclonedx-library/res/schema", `${name}.SNAPSHOT.schema.json`));
  const seven = make("ajv");
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
    seven.addSchema(cyclonedx(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  const spdx = (version) => {
    const schema = readJSON(join(options.spdx, `${version}-schema.json`));
    const draft = Object.keys(drafts).find((name) => schema.$schema?.includes(name));
    if (draft === undefined) throw new Error(`schema of SPDX ${version}: ${schema.$schema} is no draft that is known`);
    return make(drafts[draft]).compile(schema);
  };
  return {
    "CycloneDX 1.6": seven.compile(cyclonedx("bom-1.6")),
    "CycloneDX 1.7": seven.compile(cyclonedx("bom-1.7")),
    "SPDX 2.3": spdx("2.3"),
    "SPDX 3.0.1": spdx("3.0"),
  };
}

function formatOf(document) {
  if (document.bomFormat) return `${document.bomFormat} ${document.specVersion}`;
  if (document.spdxVersion) return document.spdxVersion.replace("-", " ");
  return document["@context"] === "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" ? "SPDX 3.0.1" : "unknown";
}

function main() {
  const options = parse(argv.slice(2));
  if (options === null) {
    stderr.write(usage);
    return 2;
  }
  let invalid = 0;
  try {
    const validators = compile(options);
    for (const name of options.documents) {
      const document = readJSON(name);
      const format = formatOf(document);
      const validate = validators[format];
      if (validate === undefined) throw new Error(`${name}: no schema for the format ${format}`);
      const valid = validate(document);
      if (!valid) invalid++;
      stdout.write(JSON.stringify({ document: name, format, valid, errors: validate.errors ?? [] }) + "\n");
    }
  } catch (error) {
    stderr.write(`validate: ${error.message}\n`);
    return 1;
  }
  return invalid > 0 ? 3 : 0;
}

exit(main());
