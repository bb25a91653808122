/** Recipes whose real form is not run beside the lowering, and why it can't be: each was tried with Python 3.11. */
export const notRun: Readonly<Record<string, string>> = {
  'collective.recipe.filestorage': '0.6 is written in Python 2 (SyntaxError)',
  'ftw.recipe.deployment': '1.4.3 imports StringIO of Python 2',
  'isotoma.recipe.facts': '0.0.8 stops in its scan of interfaces on Python 3 (TypeError)',
  'plone.recipe.pound': '0.5.5 needs Cheetah, which is of Python 2',
  'plone.recipe.unifiedinstaller': '4.3.2 is written in Python 2 (SyntaxError)',
  'unweb.recipe.uwsgi': '0.4 is written in Python 2 (SyntaxError)',
  'z3c.recipe.filetemplate': '2.2.0 stops at os.path.walk, which Python 3 lacks (AttributeError)',
  'z3c.recipe.staticlxml': 'runs on Python 2 alone, and compiles three C libraries',
};
