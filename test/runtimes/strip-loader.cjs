const { transform } = require("esbuild");

module.exports = function strip(text) {
  const done = this.async();
  transform(text, {
    loader: "ts",
    sourcemap: "external",
    sourcefile: this.resourcePath,
    target: "es2022",
  }).then(({ code, map }) => done(null, code, JSON.parse(map)), done);
};
