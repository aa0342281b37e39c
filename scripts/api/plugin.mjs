// What the generator can't know: which members are the library's own, and where an export belongs.
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc";
import { MarkdownPageEvent } from "typedoc-plugin-markdown";

const HEAD = `# API reference

Made from the doc comments by \`npm run docs:api\`. What things are for, and how they work together:
[all pages](../README.md).
`;

/** Folders of src/, that is of dist/types/. */
const CATEGORIES = {
  threading: "Threads",
  sync: "Synchronisation",
  parking: "Synchronisation",
  shared: "Shared data",
  queue: "Queues",
  futures: "Futures and pools",
  transfer: "What crosses",
  errors: "Errors",
};
/** Where the folder says something else. */
const PLACES = {
  Barrier: "Synchronisation",
  ResourceLimits: "Threads",
  SharedObject: "Shared data",
  TIMEOUT_MAX: "Threads",
  Transferable: "What crosses",
  transfer: "What crosses",
};

/** Members under symbols of the library's own, such as `[kAt]`. */
const isInternal = (name) => /^\[(k[A-Z]|refused)/.test(name);

function categoryOf(exported) {
  const file = exported.project.getSymbolIdFromReflection(exported)?.packagePath ?? "";
  const category = PLACES[exported.name] ?? CATEGORIES[/types\/(\w+)\//.exec(file)?.[1]];
  if (category === undefined) throw new Error(`${exported.name}, of ${file}, belongs to no category`);
  return category;
}

/** Classes have pages of their own, which the generator does not mention beside what is on the index itself. */
function withClasses(contents, project) {
  for (const category of project.categories ?? []) {
    const links = category.children
      .filter(({ kind }) => kind === ReflectionKind.Class)
      .map(({ name }) => `[\`${name}\`](classes/${name}.md)`);
    const heading = `## ${category.title}\n`;
    const [before, section] = contents.split(heading);
    if (links.length === 0 || section.startsWith("\n- [")) continue;
    contents = `${before}${heading}\nClasses: ${links.join(", ")}.\n${section}`;
  }
  return contents;
}

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of Object.values(project.reflections))
      if (isInternal(reflection.name)) project.removeReflection(reflection);
    for (const exported of project.children ?? []) {
      const tag = () => new CommentTag("@category", [{ kind: "text", text: categoryOf(exported) }]);
      for (const { comment } of [exported, ...(exported.signatures ?? [])]) comment?.blockTags.push(tag());
      exported.comment ??= new Comment([], [tag()]);
    }
  });
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    if (page.url === "README.md")
      page.contents = withClasses(page.contents, page.project).replace(/^# .*\n/, HEAD);
  });
}
