'use strict';
// Builds the native module and puts it beside index.js: `npm run build`. Further arguments are passed to cargo.

const { execFileSync } = require('node:child_process');
const { copyFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../../..');
const target = join(root, 'target/node');
const names = { darwin: 'libtucuxi.dylib', win32: 'tucuxi.dll' };
const cargo = ['rustc', '--release', '--lib', '--features', 'node', '--crate-type', 'cdylib', '--target-dir', target];
execFileSync('cargo', [...cargo, ...process.argv.slice(2), '--', '-C', 'strip=symbols'], { cwd: root, stdio: 'inherit' });
copyFileSync(join(target, 'release', names[process.platform] || 'libtucuxi.so'), join(__dirname, 'tucuxi.node'));
