// Adds up what the test programs wrote and prints one closing line, "N passed, N failed". Ends with 1 when anything
// failed. A result that is missing counts as a failure: a runner that dies must not look like one that passed.
//   node tests/summary.mjs FOLDER [VITEST.json [PLAYWRIGHT.json]]
// FOLDER holds GoogleTest's JSON of each program and ctest.xml, which says how each program ended.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const total = { passed: 0, failed: 0 };
const flaky = []; // of the browser: it draws in software, on cores that others use too
const skipped = [];
const failures = [];

function fail(text) {
  total.failed += 1;
  failures.push(text);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function addGoogleTest(file) {
  const report = readJson(file);
  let failedHere = 0;
  for (const suite of report?.testsuites ?? []) {
    for (const test of suite.testsuite) {
      const name = `${suite.name}.${test.name}`;
      if (test.failures) {
        fail(name);
        failedHere += 1;
      } else if (test.result === "SKIPPED") skipped.push(name);
      else if (test.result === "COMPLETED") total.passed += 1;
    }
  }
  return report !== null && failedHere;
}

// A program that ended badly without a failed test of its own crashed, hung or was cut short. Programs that are no
// GoogleTest (scripts) count as one test.
function addCtest(folder) {
  const file = join(folder, "ctest.xml");
  if (!existsSync(file)) return fail(`${file}: ctest wrote no result`);
  const programs = [
    ...readFileSync(file, "utf8").matchAll(/<testcase name="([^"]+)"[^>]*? status="([^"]+)"[^>]*>(\s*<skipped message="SKIP_)?/g),
  ];
  if (programs.length === 0) fail("ctest ran no program");
  for (const [, name, status, asked] of programs) {
    const report = join(folder, `test_${name.replaceAll("/", "_")}.json`);
    const failedThere = existsSync(report) ? addGoogleTest(report) : false;
    if (status === "run") total.passed += existsSync(report) ? 0 : 1;
    else if (status === "fail") failedThere || fail(`${name}: ended badly`);
    else if (status === "disabled" || asked) skipped.push(name);
    else fail(`${name}: did not run`);
  }
  const known = new Set(programs.map(([, name]) => `test_${name.replaceAll("/", "_")}.json`));
  for (const other of readdirSync(folder)) {
    if (other.endsWith(".json") && !known.has(other)) addGoogleTest(join(folder, other));
  }
}

function addVitest(file) {
  const report = readJson(file);
  if (!report) return fail("the tests of the map wrote no result");
  for (const suite of report.testResults) {
    if (suite.status === "failed" && suite.assertionResults.length === 0) fail(suite.name);
    for (const test of suite.assertionResults) {
      if (test.status === "passed") total.passed += 1;
      else if (test.status === "failed") fail(test.fullName);
      else skipped.push(test.fullName);
    }
  }
}

function addPlaywright(file) {
  const report = readJson(file);
  if (!report) return fail("the tests in a browser wrote no result");
  for (const error of report.errors ?? []) fail(`browser: ${error.message}`);
  const visit = (suite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === "expected") total.passed += 1;
        else if (test.status === "skipped") skipped.push(spec.title);
        else if (test.status === "flaky") {
          total.passed += 1;
          flaky.push(spec.title);
        }
        else fail(`${spec.title} (${test.status})`);
      }
    }
    for (const inner of suite.suites ?? []) visit(inner);
  };
  for (const suite of report.suites ?? []) visit(suite);
}

const [folder, vitest, playwright] = process.argv.slice(2);
addCtest(folder);
if (vitest) addVitest(vitest);
if (playwright) addPlaywright(playwright);

for (const name of failures) console.log(`failed: ${name}`);
for (const name of flaky) console.log(`passed only the second time: ${name}`);
for (const name of skipped) console.log(`skipped: ${name}`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
