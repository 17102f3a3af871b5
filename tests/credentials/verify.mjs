// Checks credentials with the implementations of others. There is no network: each address is
// answered from the file that is named last, and asking for another one is an error.
//
// The file: {"files": {address: document}, "samples": {name: credential}}
// Standard output: {name: {"vc": …, "core": …}}
import {readFileSync} from 'node:fs';

console.log = console.error; // theirs say things: standard output is for the answers

const {files, samples} = JSON.parse(readFileSync(process.argv.at(-1)));

function answer(url) {
  if(!(url in files)) {
    throw new TypeError(`asked for ${url}, and there is no network`);
  }
  return files[url];
}

globalThis.fetch = async request => new Response(
  JSON.stringify(answer(request.url ?? String(request))),
  {headers: {'content-type': 'application/json'}});

const vc = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

async function documentLoader(url) {
  const [did, key] = url.split('#');
  const isDid = did.startsWith('did:web:');
  let document = answer(isDid ? `https://${did.slice(8)}/.well-known/did.json` : url);
  if(isDid && key) {
    const method = document.verificationMethod.find(({id}) => id === url);
    if(!method) {
      throw new Error(`${did} has no key ${key}`);
    }
    document = {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  }
  return {contextUrl: null, documentUrl: url, document};
}

const words = errors => errors.filter(Boolean).map(({name, message}) => `${name}: ${message}`);

async function askVc(credential) {
  const found = await vc.verifyCredential({
    credential, documentLoader,
    suite: new DataIntegrityProof({cryptosuite}),
    checkStatus: asked => checkStatus({...asked, verifyBitstringStatusListCredential: true})
  });
  return {
    verified: found.verified,
    // it says `verified` of revoked ones too: whether the bit is set stands here
    revoked: found.statusResult?.results?.[0]?.status ?? null,
    errors: words([found.error, ...(found.error?.errors ?? []), found.statusResult?.error])
  };
}

async function askCore(credential) {
  const found = await verifyCredential({credential, knownDIDRegistries: []});
  return {
    log: Object.fromEntries((found.log ?? []).map(({id, valid, error}) => [id, error ?? valid])),
    errors: words(found.errors ?? [])
  };
}

const answers = {};
for(const [name, credential] of Object.entries(samples)) {
  answers[name] = {
    vc: await askVc(structuredClone(credential)),
    core: await askCore(structuredClone(credential))
  };
}
process.stdout.write(JSON.stringify(answers));
