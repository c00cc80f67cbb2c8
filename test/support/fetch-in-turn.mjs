// Fetches URLs repeatedly, one request at a time, in a separate process, so that the server's CPU
// time can be measured apart from the client's. Reports the responses of the last round.
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function fetchOnce(url, headers) {
  const { promise, resolve, reject } = Promise.withResolvers();
  request(url, { agent, headers }, (response) => {
    let bytes = 0;
    response.on('data', (chunk) => {
      bytes += chunk.length;
    });
    response.on('end', () => {
      const { statusCode: status, headers: answered } = response;
      resolve({ status, etag: answered.etag ?? '', bytes });
    });
    response.on('error', reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

async function fetchAll({ urls, times, headers }) {
  const answers = [];
  for (let round = 0; round < times; round += 1)
    for (const [index, url] of urls.entries()) answers[index] = await fetchOnce(url, headers);
  process.send({ answers });
}

process.on('message', (message) => void fetchAll(message));
process.send({});
