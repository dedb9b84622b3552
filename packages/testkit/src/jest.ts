export { describeFileSource, type DescribeFileSourceOptions } from './conformance/describe-file-source.ts';
