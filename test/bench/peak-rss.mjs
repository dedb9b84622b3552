// Preloaded into a process that is measured: leaves its largest resident set, in KiB, in a file.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.FILESOURCE_BENCH_PEAK, String(process.resourceUsage().maxRSS)));
