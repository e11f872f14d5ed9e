#!/usr/bin/env node
'use strict';

// This file is read by whatever Node is installed, so it is written for an old one: it says what is missing instead of failing to parse.
// It also answers --help and --version from what the build rendered, without starting the command line itself.

var fs = require('fs');
var path = require('path');

var NEEDED_NODE = [22, 15];
var EXIT_NOT_SET_UP = 3;

var packageFolder = path.join(__dirname, '..');
var cliFolder = path.join(packageFolder, 'dist', 'cli');

main();

function main() {
  if (!isNodeNewEnough()) return refuse(oldNodeMessage());
  if (!fs.existsSync(path.join(cliFolder, 'main.js'))) return refuse(notBuiltMessage());
  var answer = preparedAnswer(process.argv.slice(2));
  if (answer === undefined) return require('./start.js').startCli(path.join(cliFolder, 'main.js'));
  process.stdout.on('error', ignoreClosedPipe);
  process.stdout.write(answer);
}

function isNodeNewEnough() {
  var parts = process.versions.node.split('.').map(Number);
  return parts[0] > NEEDED_NODE[0] || (parts[0] === NEEDED_NODE[0] && parts[1] >= NEEDED_NODE[1]);
}

function oldNodeMessage() {
  return (
    'synapse needs Node ' +
    NEEDED_NODE.join('.') +
    ' or newer, and this is Node ' +
    process.versions.node +
    ' (' +
    process.execPath +
    ').\nInstall a newer Node and put it first on the PATH, or add one to your project with `npm install node@24` and call `npx synapse`.'
  );
}

function notBuiltMessage() {
  return (
    'synapse is not built: ' +
    path.join(cliFolder, 'main.js') +
    ' is missing.\nRun `npm install` (or `npm run build`) in ' +
    packageFolder +
    '.'
  );
}

function refuse(message) {
  process.stderr.write(message + '\n');
  process.exitCode = EXIT_NOT_SET_UP;
}

/** The text that the command line would print for a request for help or the version, or nothing when it has to run. */
function preparedAnswer(words) {
  var last = words[words.length - 1];
  if (words[0] !== 'help' && ['--help', '-h', '--version', '-V'].indexOf(last) === -1) return undefined;
  var prepared = readPrepared();
  if (prepared === undefined) return undefined;
  if (last === '--version' || last === '-V') return words.length === 1 ? prepared.version + '\n' : undefined;
  var command = commandAskedAbout(words);
  // A plain lookup would find what every object inherits: `synapse constructor --help`.
  return Object.prototype.hasOwnProperty.call(prepared.help, command) ? prepared.help[command] : undefined;
}

/** `plugin run --help` → `plugin run`; `help` → all of synapse; `help plugin` → `plugin`, one word deep only. */
function commandAskedAbout(words) {
  var last = words[words.length - 1];
  if (last === '--help' || last === '-h') return words.slice(0, -1).join(' ');
  return words.length <= 2 ? words.slice(1).join(' ') : undefined;
}

/** The texts that the build rendered from the commands themselves. Without them the command line renders its own. */
function readPrepared() {
  try {
    return JSON.parse(fs.readFileSync(path.join(cliFolder, 'help.json'), 'utf8'));
  } catch (error) {
    return undefined;
  }
}

function ignoreClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error;
}
