// panva/jose.
import { createInterface } from 'node:readline';
import * as jose from 'jose';

async function sign(job) {
    const key = await jose.importJWK(job.jwk, job.alg);
    return new jose.CompactSign(Buffer.from(job.payload, 'base64')).setProtectedHeader({ alg: job.alg }).sign(key);
}

async function verify(job) {
    const key = await jose.importJWK(job.public_jwk, job.alg);
    const { payload } = await jose.compactVerify(job.token, key, { algorithms: [job.alg] });
    return Buffer.from(payload).toString('base64');
}

for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    const answer = { id: job.id };
    try {
        if (job.op === 'sign') answer.token = await sign(job);
        else answer.payload = await verify(job);
    } catch (error) {
        if (error instanceof jose.errors.JWSSignatureVerificationFailed) answer.refused = true;
        else {
            answer.error = String(error);
            console.error(`${job.id}: ${error}`);
        }
    }
    console.log(JSON.stringify(answer));
}
