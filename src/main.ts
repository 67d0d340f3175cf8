#!/usr/bin/env node
import { run } from './cli/command-line.js';

process.exitCode = await run(process.argv.slice(2));
