/** Recipes whose real form is not run beside the lowering, and why it can't be. */
export const notRun: Readonly<Record<string, string>> = {
  'isotoma.recipe.facts': 'stops in its scan of interfaces on Python 3 (TypeError)',
  'collective.recipe.filestorage': 'is written in Python 2: 0.6 is a SyntaxError',
  'z3c.recipe.filetemplate': 'stops at os.path.walk on Python 3 (AttributeError), in 2.2.0 as before',
  'z3c.recipe.staticlxml': 'runs on Python 2 alone, and compiles three C libraries',
};
