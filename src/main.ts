#!/usr/bin/env node
// First, since it must come before everything that it spares from loading.
import './lean-start.js';
import { run } from './cli/command-line.js';

process.exitCode = await run(process.argv.slice(2));
