/** CommonJS modules that Jest compiled, in a thread. */
import { begin, forget, idOf, type ModuleHost, type Table, tableAt } from "./running.ts";
import { compileModule } from "./wrapped.ts";

/** The exports of a module in the table that a text block holds. */
export function requireCompiled(table: number, id: string, host: ModuleHost): unknown {
  return run(tableAt(table), id, host);
}

/** `require` as it is in the module of the table that has this `file:` URL. */
export function requireIn(at: number, file: string, host: ModuleHost): NodeJS.Require {
  const table = tableAt(at);
  return requirer(table, idOf(table, file), host);
}

function requirer(table: Table, id: string, host: ModuleHost): NodeJS.Require {
  const { file, imports } = table.modules[id];
  const native = host.requireFrom(file);
  const require = (specifier: string): unknown => {
    const found = imports[specifier];
    if (found && "id" in found) return run(table, found.id, host);
    return native(found?.external ?? specifier);
  };
  return Object.assign(require, native);
}

function run(table: Table, id: string, host: ModuleHost): unknown {
  const [it, isNew] = begin(table, id, {});
  if (!isNew) return it.module.exports;
  const { file } = table.modules[id];
  const require = requirer(table, id, host);
  const { filename, dirname } = host.metaOf(file) as { filename: string; dirname: string };
  const given = {
    exports: it.module.exports,
    require,
    module: it.module,
    __filename: filename,
    __dirname: dirname,
  };
  const body = compileModule(table.modules[id], Object.keys(given), "function", host);
  try {
    body.apply(it.module.exports, Object.values(given));
  } catch (error) {
    forget(it);
    throw error;
  }
  return it.module.exports;
}
