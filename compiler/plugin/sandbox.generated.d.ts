/** compiler/plugin/sandbox.ts, bundled into one script. Made by scripts/build.mjs. */
export const sandboxSource: string;
/** docs/schemas/cfgc-plan-1.schema.json. */
export const planSchema: {readonly properties: {readonly entries: unknown}; readonly $defs: unknown};
