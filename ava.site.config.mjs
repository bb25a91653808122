// `npm run test:site`: whole sites, built, served, backed up and rolled back. Minutes, so not a part of `npm test`.
export default {
  files: ['dist/test/**/*.site.js'],
  timeout: '25m',
  concurrency: 1,
  serial: true,
};
