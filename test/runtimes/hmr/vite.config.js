import threadkit from "threadkit/vite";

export default { plugins: [threadkit()], worker: { format: "es" } };
