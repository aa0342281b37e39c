import { compute } from "./accepted.ts";
import { computePlain } from "./plain.ts";

/** How often the page was loaded, for the test. */
const loads = Number(sessionStorage.getItem("loads") ?? "0") + 1;
sessionStorage.setItem("loads", String(loads));

async function show(id: string, compute: () => PromiseLike<string>): Promise<void> {
  document.getElementById(id)!.textContent = `${loads}: ${await compute()}`;
}

void show("accepted", compute);
void show("plain", computePlain);

// What is said in a module that it hands over is shown without a new page.
import.meta.hot?.accept("./accepted.ts", (edited) => {
  if (edited) void show("accepted", edited.compute);
});
