// The last line of a run, in a form that both people and machines read: "N passed, N failed".
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const failedSuites = results.testResults.filter((suite) => suite.testExecError).length;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.stdout.write(
      `\n${results.numPassedTests} passed, ${results.numFailedTests + failedSuites} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}
