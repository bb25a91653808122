// Handlebars ships no types for its runtime half, which is all that the bundle needs: templates are compiled by the build.
declare module 'handlebars/runtime.js' {
  import type Handlebars from 'handlebars';

  const runtime: typeof Handlebars;
  export default runtime;
}
