// templates.generated.js is made by scripts/build.mjs from runtime-templates/.
/** Path below runtime-templates/ to the text of a shell file. */
export const shellFiles: Readonly<Record<string, string>>;
/** Path below runtime-templates/ to what Handlebars compiled from it. */
export const templateSpecs: Readonly<Record<string, object>>;
