// `npm test`. Boxes are built while tests are declared, so the first output of a file may take a while.
export default {
  files: ['dist/test/**/*.test.js'],
  timeout: '10m',
  concurrency: 2,
};
