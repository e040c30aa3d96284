// Reporter for node's test runner: prints each failure and slow test, then the line `NAME: N passed, N failed`.
// The name comes from TEST_SUITE.
export default async function* reporter(source) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    const isFileOrSuite =
      data?.details?.type === 'suite' || (data?.nesting === 0 && data?.name?.endsWith?.('.test.ts'));
    if (type === 'test:pass' && !isFileOrSuite) {
      passed += 1;
      if (data.details.duration_ms > 2000)
        yield `  slow: ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    } else if (type === 'test:fail') {
      const error = data.details.error;
      const isOnlyParent = error?.failureType === 'subtestsFailed';
      if (!isOnlyParent) {
        failed += 1;
        yield `FAILED ${data.name} (${data.file}:${data.line})\n${error?.cause?.stack ?? error?.stack ?? error}\n`;
      }
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    }
  }
  yield `${process.env.TEST_SUITE ?? 'tests'}: ${passed} passed, ${failed} failed\n`;
}
