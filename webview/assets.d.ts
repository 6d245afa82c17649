/** What esbuild makes of files that are no code: an SVG is its text. */
declare module '*.svg' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: esbuild's text loader exports the default only.
  export default text;
}
declare module '*.css' {}
