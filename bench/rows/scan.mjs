import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import { ActionExplorer } from '../../dist/runtime/discovery/action-explorer.js';
import { ActionRegistry } from '../../dist/runtime/discovery/action-registry.js';
import { Action } from '../../dist/index.js';
import { findDecorated } from '../baselines/own-metadata.mjs';
import { decorate } from '../lib/decorate.mjs';

const PROVIDERS = 500;

/** Every tenth provider is an action, every tenth has a method action; the rest are ordinary services. */
function makeProvider(number) {
  const name = `Provider${number}`;
  const type = {
    [name]: class {
      execute() {}
      first() {}
      second() {}
      third() {}
    },
  }[name];
  if (number % 10 === 0) return decorate(type, { on: [Action({ name: `action_${number}` })] });
  if (number % 10 === 5) {
    const methods = { first: { params: [], decorators: [Action({ name: `method_${number}` })] } };
    return decorate(type, { on: [Injectable()], methods });
  }
  return decorate(type, { on: [Injectable()] });
}

/** Finding the actions among the providers of a started application. */
export default {
  id: 'scan',
  case: `${PROVIDERS} providers`,
  reach: 3,
  baseline: 'own-metadata',
  iterations: 200,
  setup: async () => {
    const classes = Array.from({ length: PROVIDERS }, (_, number) => makeProvider(number));
    class Host {}
    Module({ imports: [DiscoveryModule], providers: classes })(Host);
    const app = await NestFactory.createApplicationContext(Host, { logger: false });
    return { app, classes, discovery: app.get(DiscoveryService) };
  },
  ours: ({ discovery }) => new ActionExplorer(discovery, new ActionRegistry()).explore('app'),
  base: ({ classes }) => findDecorated(classes, 'synapse:action', 'synapse:action'),
  teardown: (context) => context?.app.close(),
};
