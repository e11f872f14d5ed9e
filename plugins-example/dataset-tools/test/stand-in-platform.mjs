/** A platform on 127.0.0.1 to try the upload on: it has one data collection, keeps what it is sent until it is stopped, and tells what that was. */
import { BackendServer } from 'nest-synapse/testing';

const server = new BackendServer();
server.tables.add('data_collections', {
  id: 7,
  name: 'Photographs',
  file_specifications: [
    { id: 1, name: 'original_files', file_type: 'image', is_required: true, is_primary: true },
    { id: 2, name: 'json', file_type: 'data', is_required: true },
  ],
});
await server.start();
console.log(`export SYNAPSE_HOST=${server.base} SYNAPSE_ACCESS_TOKEN=anything`);
process.once('SIGINT', () => {
  for (const unit of server.tables.all('data_units')) console.log(JSON.stringify(unit));
  void server.stop();
});
