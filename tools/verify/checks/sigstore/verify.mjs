// SPDX-License-Identifier: MIT

// Verifies bundles by @sigstore/verify, the implementation of npm:
//   node verify.mjs TRUSTED_ROOT [--identity URI] [--key FILE]... BUNDLE=FILE...
// Exit 0 when all verify, and those by certificate are by URI. It asks the network for nothing.
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.SIGSTORE_MODULES ?? import.meta.dirname, "verify.mjs"));
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const [rootFile, ...rest] = process.argv.slice(2);
let identity;
const keys = {};
const pairs = [];
while (rest.length > 0) {
  const arg = rest.shift();
  if (arg === "--identity") {
    identity = rest.shift();
    continue;
  }
  if (arg !== "--key") {
    pairs.push(arg);
    continue;
  }
  const der = createPublicKey(readFileSync(rest.shift())).export({ type: "spki", format: "der" });
  keys[createHash("sha256").update(der).digest("base64")] = { rawBytes: der };
}
const root = TrustedRoot.fromJSON(JSON.parse(readFileSync(rootFile, "utf8")));
const trust = toTrustMaterial(root, keys);
if (pairs.length === 0) throw new Error("no bundles");
for (const pair of pairs) {
  const at = pair.lastIndexOf("=");
  const bundle = bundleFromJSON(JSON.parse(readFileSync(pair.slice(0, at), "utf8")));
  const file = readFileSync(pair.slice(at + 1));
  const stamps = bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps.length ?? 0;
  const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: stamps });
  const signer = verifier.verify(toSignedEntity(bundle, file));
  // Compared here: a policy of the library is a pattern and not a name.
  const found = signer.identity?.subjectAlternativeName;
  if (bundle.verificationMaterial.content.$case !== "publicKey" && found !== identity) {
    throw new Error(`${pair}: it is by ${found}, not by ${identity}`);
  }
  if (bundle.content.$case === "dsseEnvelope" && !bundle.content.dsseEnvelope.payload.equals(file)) {
    throw new Error(`${pair}: the payload is not the file`);
  }
}
console.log(`${pairs.length} bundles verified`);
